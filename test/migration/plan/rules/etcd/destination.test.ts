import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { threeMembers } from "../../fake-plan-environment.ts";
import { judgeDestination, planDestination } from "../../../../../migration/plan/rules/etcd/destination.ts";

const request = {
  destination: { namespace: "trident", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" },
  etcdClusterSize: 3,
};
const served = { status: { members: { ready: ["a", "b", "c"] }, currentVersion: "3.4.22" } };
const members = [...threeMembers().slice(0, 2), { kind: "ended", pod: "trident-etcd-c", reason: "evicted" }] as const;
const status = { clusterId: "2", version: "3.4.22" };

describe("the destination", () => {
  it("that is still to be made is planned by its name and size", () => {
    assert.deepEqual(planDestination(request, { served: undefined }, undefined), {
      kind: "managed",
      name: "trident-etcd",
      exists: false,
      size: 3,
    });
  });

  it("that stands is planned with its members, version and keys", () => {
    const survey = { keys: 5, equal: 4, stale: 0, foreign: { count: 1, first: ["/trident/x"] } };
    assert.deepEqual(planDestination(request, { served, members, status }, survey), {
      kind: "managed",
      name: "trident-etcd",
      exists: true,
      size: 3,
      members: 3,
      answering: 2,
      version: "3.4.22",
      clusterId: "2",
      keys: 5,
      equalKeys: 4,
      foreignKeys: 1,
    });
    assert.equal(planDestination(request, { served, status, keys: 7 }, undefined).keys, 7);
  });

  it("is not said to have members whose pods may not be listed, whatever its status says", () => {
    const plan = planDestination(request, { served, members: undefined, status }, undefined);
    assert.ok(plan.kind === "managed" && plan.members === undefined && plan.answering === undefined);
  });

  it("that can't be asked is a risk with its reason, and no blocker", () => {
    const risks = judgeDestination({ served, failure: new Error("the Secret lacks a key.") }, "migrate", 3);
    assert.match(risks[0] ?? "", /can't be asked now.*: the Secret lacks a key\.$/);
    assert.deepEqual(judgeDestination({ served, status }, "migrate", 3), []);
  });

  it("with a single member, or members without volumes, is a risk where one is made", () => {
    assert.match(judgeDestination({ served: undefined }, "install", 1).join("\n"), /^A single etcd member .*$/);
    assert.match(judgeDestination({ served: undefined }, "install", 3).join("\n"), /^.*emptyDir.*$/);
    for (const flow of ["migrate", "migrated"] as const) {
      assert.deepEqual(judgeDestination({ served, status }, flow, 1), []);
    }
  });
});
