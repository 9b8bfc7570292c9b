import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../migration/kubernetes/cluster-apis.ts";
import { etcdClusterCrd } from "../../../components/etcd/etcd-cluster-crd.ts";
import { problemOfCrd, type ServedCrd } from "../../../migration/destroy/crd.ts";

const version = { name: "v1beta2", served: true };
const spec = { scope: "Namespaced", names: { kind: "EtcdCluster" }, preserveUnknownFields: true, versions: [version] };

describe("somebody else's definition of EtcdCluster", () => {
  it("can be used when it is the one that the etcd-operator itself would make", () => {
    assert.equal(problemOfCrd({ spec }), undefined);
  });

  it("can be used when it is as this program would make it", () => {
    assert.equal(problemOfCrd(etcdClusterCrd(newestApis) as ServedCrd), undefined);
  });

  const unusable: readonly [why: string, definition: ServedCrd, problem: RegExp][] = [
    ["lacks the version", { spec: { ...spec, versions: [{ ...version, name: "v1" }] } }, /does not serve .* v1beta2/],
    ["does not serve the version", { spec: { ...spec, versions: [{ ...version, served: false }] } }, /not serve/],
    ["is of the whole cluster", { spec: { ...spec, scope: "Cluster" } }, /scope is Cluster, not Namespaced/],
    ["has another kind", { spec: { ...spec, names: { kind: "Etcd" } } }, /kind is Etcd/],
    [
      "drops the status that the operator writes",
      { spec: { ...spec, versions: [{ ...version, subresources: { status: {} } }] } },
      /status subresource/,
    ],
    ["is being deleted", { metadata: { deletionTimestamp: "2030-01-01T00:00:00Z" }, spec }, /being deleted/],
    ["is empty", {}, /does not serve/],
  ];
  for (const [why, definition, problem] of unusable) {
    it(`can't be used when it ${why}`, () => {
      assert.match(problemOfCrd(definition) ?? "", problem);
    });
  }

  it("of an API server that knows only v1beta1 drops nothing, unless it is told to", () => {
    const apiVersion = "apiextensions.k8s.io/v1beta1";
    const older = { scope: spec.scope, names: spec.names, versions: [{ name: "v1beta2", served: true }] };
    assert.equal(problemOfCrd({ apiVersion, spec: older }), undefined);
    const pruning = { ...older, preserveUnknownFields: false, validation: { openAPIV3Schema: {} } };
    assert.match(problemOfCrd({ apiVersion, spec: pruning }) ?? "", /schema drops spec\.size/);
    const subresources = { status: {} };
    assert.match(problemOfCrd({ apiVersion, spec: { ...older, subresources } }) ?? "", /status subresource/);
  });

  it("can't be used when its schema drops TLS: the cluster would talk in plaintext", () => {
    const free = { "x-kubernetes-preserve-unknown-fields": true };
    const withSpec = (properties: Record<string, object>): ServedCrd => ({
      spec: {
        ...spec,
        preserveUnknownFields: false,
        versions: [{ ...version, schema: { openAPIV3Schema: { properties: { spec: { properties }, status: free } } } }],
      },
    });
    const others = { size: {}, repository: {}, version: {}, pod: free };
    assert.equal(problemOfCrd(withSpec({ ...others, TLS: free })), undefined);
    assert.match(problemOfCrd(withSpec(others)) ?? "", /schema drops spec\.TLS\.static\.operatorSecret, /);
  });
});
