import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nothingFound } from "../../../../../migration/plan/rules/findings.ts";
import { checkClusterDns, checkReach } from "../../../../../migration/plan/rules/etcd/own-etcd.ts";
import { told } from "../told.ts";

const etcdCluster = { status: { members: { ready: ["a", "b", "c"] }, currentVersion: "3.4.22" } };
const asked = {
  destination: {
    description: "the etcd",
    status: { clusterId: "2", version: "3.4.22", databaseBytes: 0, revision: 1n },
  },
};

describe("the stack's own etcd", () => {
  it("that can't be asked is a risk with its reason, and no blocker", () => {
    const failed = { destinationFailure: new Error("the Secret lacks a key.") };
    const { blockers, risks } = told(
      checkReach({ etcdCluster, state: failed }, "migrate", { etcdClusterSize: 3 }),
      "state",
    );
    assert.deepEqual(blockers, []);
    assert.match(risks[0] ?? "", /can't be asked now.*: the Secret lacks a key\.$/);
    assert.deepEqual(checkReach({ etcdCluster, state: asked }, "migrate", { etcdClusterSize: 3 }), nothingFound);
  });

  it("with a single member, or members without volumes, is a risk where one is made", () => {
    const risksOf = (size: number) =>
      told(checkReach({ etcdCluster: undefined, state: {} }, "install", { etcdClusterSize: size }), "state").risks.join(
        "\n",
      );
    assert.match(risksOf(1), /^A single etcd member .*$/);
    assert.match(risksOf(3), /^.*emptyDir.*$/);
    for (const flow of ["migrate", "migrated"] as const) {
      assert.deepEqual(checkReach({ etcdCluster, state: asked }, flow, { etcdClusterSize: 1 }), nothingFound);
    }
  });

  it("needs a cluster's DNS that answers, and is at risk without one", () => {
    assert.deepEqual(checkClusterDns(undefined, "trident-etcd"), nothingFound);
    const { blockers, risks } = told(checkClusterDns("kube-system/kube-dns", "trident-etcd"), "service");
    assert.deepEqual(blockers, []);
    assert.match(risks.join("\n"), /^The DNS Service kube-system\/kube-dns has no ready endpoint/);
  });
});
