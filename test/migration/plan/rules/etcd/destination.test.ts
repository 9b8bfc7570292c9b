import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { threeMembers } from "../../scene/fake-plan-environment.ts";
import type { StateRead } from "../../../../../migration/plan/read/state/read-state.ts";
import { planDestination } from "../../../../../migration/plan/rules/etcd/destination.ts";

const request = {
  destination: {
    kind: "managed" as const,
    namespace: "trident",
    etcdCluster: "trident-etcd",
    clientSecret: "etcd-client-tls",
  },
  etcdClusterSize: 3,
};
const etcdCluster = { status: { members: { ready: ["a", "b", "c"] }, currentVersion: "3.4.22" } };
const members = [...threeMembers().slice(0, 2), { kind: "ended", pod: "trident-etcd-c", reason: "evicted" }] as const;
const asked = {
  destination: {
    description: "the etcd",
    status: { clusterId: "2", version: "3.4.22", databaseBytes: 0, revision: 1n },
  },
};

describe("the destination", () => {
  it("that is still to be made is planned by its name and size", () => {
    assert.deepEqual(planDestination(request, { etcdCluster: undefined, members: undefined, state: {} }), {
      kind: "managed",
      name: "trident-etcd",
      exists: false,
      size: 3,
    });
  });

  it("that stands is planned with its members, version and keys", () => {
    const destination = { keys: 5, equal: 4, stale: 0, foreign: { count: 1, first: ["/trident/x"] } };
    const source = { summary: { destination } } as unknown as NonNullable<StateRead["source"]>;
    assert.deepEqual(planDestination(request, { etcdCluster, members, state: { ...asked, source } }), {
      kind: "managed",
      name: "trident-etcd",
      exists: true,
      size: 3,
      members: 3,
      answering: 2,
      version: "3.4.22",
      clusterId: "2",
      revision: "1",
      keys: 5,
      equalKeys: 4,
      foreignKeys: 1,
    });
    const counted = { ...asked, destinationKeys: 7 };
    assert.equal(planDestination(request, { etcdCluster, members, state: counted }).keys, 7);
  });

  it("is not said to have members whose pods may not be listed, whatever its status says", () => {
    const plan = planDestination(request, { etcdCluster, members: undefined, state: asked });
    assert.ok(plan.kind === "managed" && plan.members === undefined && plan.answering === undefined);
  });
});
