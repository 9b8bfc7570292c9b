import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memberPod, type MemberSpec } from "../../../migration/members/member-pod.ts";

const spec: MemberSpec = {
  repository: "quay.io/coreos/etcd",
  version: "3.4.22",
  pod: {
    labels: { app: "of-somebody", team: "storage" },
    resources: { requests: { cpu: "100m", memory: "128Mi" } },
    securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000, seccompProfile: { type: "RuntimeDefault" } },
  },
  TLS: { static: { member: { peerSecret: "peer", serverSecret: "server" }, operatorSecret: "client" } },
};

describe("a member's pod as the etcd-operator makes it", () => {
  const { metadata, spec: made } = memberPod("trident", "db", spec);
  const [container] = made?.containers ?? [];

  it("has the operator's own labels where an EtcdCluster says others", () => {
    assert.deepEqual(metadata?.labels, { app: "etcd", team: "storage", etcd_node: "db", etcd_cluster: "db" });
  });

  it("asks for the same in its init container as in etcd's, and runs the images of the EtcdCluster", () => {
    const [init] = made?.initContainers ?? [];
    const [etcd] = made?.containers ?? [];
    assert.deepEqual(init?.resources, spec.pod.resources);
    assert.deepEqual(etcd?.resources, spec.pod.resources);
    assert.deepEqual([init?.image, etcd?.image], ["busybox:1.28.0-glibc", "quay.io/coreos/etcd:v3.4.22"]);
  });

  it("has a security context for the pod alone, without what the operator does not know", () => {
    assert.deepEqual(made?.securityContext, { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
    assert.equal(container?.securityContext, undefined);
  });

  it("mounts the three Secrets and an empty directory for its data", () => {
    assert.deepEqual(
      made?.volumes?.map(({ secret, emptyDir }) => secret?.secretName ?? emptyDir),
      ["peer", "server", "client", {}],
    );
    assert.equal(container?.volumeMounts?.length, 4);
  });
});
