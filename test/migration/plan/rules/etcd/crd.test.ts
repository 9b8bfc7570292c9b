import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../../migration/kubernetes/cluster-apis.ts";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { checkCrd, crdObject, crdOwner, planCrd } from "../../../../../migration/plan/rules/etcd/crd.ts";
import type { FoundObject } from "../../../../../migration/plan/read/stack-objects.ts";
import { nothingFound } from "../../../../../migration/plan/rules/findings.ts";
import { ours } from "../../scene/places.ts";
import { told } from "../told.ts";

const own = { metadata: ours };
const spec = {
  scope: "Namespaced",
  names: { kind: "EtcdCluster" },
  preserveUnknownFields: true,
  versions: [{ name: "v1beta2", served: true }],
};

function ownerOf(objects: readonly FoundObject[], apis = newestApis) {
  return crdOwner({ stack: "organization/project/stack" }, { objects, apis });
}

function found(crd: ServedObject | undefined, operator?: ServedObject): FoundObject[] {
  return [
    { object: crdObject, path: "", served: crd },
    { object: "Deployment/etcd-operator", path: "", served: operator },
  ];
}

describe("the CRD of EtcdCluster", () => {
  it("is the stack's own where there is none, or where the stack made it", () => {
    for (const each of [found(undefined), found(own, own)]) {
      assert.deepEqual([ownerOf(each), planCrd(each), checkCrd(each)], ["own", [], nothingFound]);
    }
  });

  it("is the stack's own, too, where another stack made it, and older ones are warned of", () => {
    const { risks, blockers } = told(checkCrd(found(own)), "state");
    assert.equal(ownerOf(found(own)), "own");
    assert.deepEqual(blockers, []);
    assert.match(risks[0] ?? "", /older version of this program deletes it/);
  });

  it("is its maker's alone where the API server can't apply what is there", () => {
    const made = (stack: string): FoundObject[] =>
      found({
        metadata: {
          labels: { "app.kubernetes.io/managed-by": "pulumi" },
          annotations: { "trident-etcd/stack": stack, "trident-etcd/stack-uid": "a-uid" },
        },
      });
    const apis = { ...newestApis, serverSideApply: false };
    assert.equal(ownerOf(made("organization/project/stack"), apis), "own");
    assert.equal(ownerOf(made("organization/project/another"), apis), "existing");
    assert.equal(ownerOf(made("organization/project/another")), "own");
    assert.equal(ownerOf(found(undefined), apis), "own");
  });

  it("is used as it is where somebody else made it, which is a risk", () => {
    const { risks, blockers } = told(checkCrd(found({ spec })), "state");
    assert.equal(ownerOf(found({ spec })), "existing");
    assert.deepEqual(blockers, []);
    assert.deepEqual(planCrd(found({ spec })), [
      {
        object: crdObject,
        made: "by somebody else",
        becomes: "is used as it is; it is neither changed nor ever deleted",
      },
    ]);
    assert.match(risks[0] ?? "", /somebody else's/);
  });

  it("is somebody else's where that is asked for, whoever made it, and not seen where none is shown", () => {
    const given = { stack: "organization/project/stack", etcdClusterCrd: "existing" as const };
    assert.equal(crdOwner(given, { objects: found(own), apis: newestApis }), "existing");
    assert.equal(crdOwner(given, { objects: found(undefined), apis: newestApis }), "unseen");
  });

  it("blocks where it can't be used", () => {
    const unusable = found({ spec: { ...spec, scope: "Cluster" } });
    const { blockers } = checkCrd(unusable);
    assert.equal(ownerOf(unusable), "existing");
    assert.deepEqual(
      blockers.map(({ kind, object }) => [kind, object]),
      [["unusableCrd", crdObject]],
    );
    assert.match(blockers[0]?.message ?? "", /its scope is Cluster/);
  });
});
