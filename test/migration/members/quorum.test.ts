import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AskedMember } from "../../../migration/members/asked-member.ts";
import { countMembers, etcdClusterSizeOf, hasMajority, isQuorumLost } from "../../../migration/members/quorum.ts";
import { threeMembers } from "../plan/scene/fake-plan-environment.ts";

const served = { spec: { size: 3 }, status: { members: { ready: ["a", "b", "c"] } } };
const alone = threeMembers({ hasLeader: false }).slice(0, 1);
const silent = (pod: string, more = {}): AskedMember => ({
  kind: "silent",
  pod,
  reason: "no answer",
  isReady: false,
  ...more,
});

describe("the members of an etcd", () => {
  it("decide as long as most of them serve, or can't be asked and are ready", () => {
    const counts = countMembers({ served, members: [...threeMembers().slice(0, 1), silent("b", { isReady: true })] });
    assert.deepEqual(counts, { all: 3, answering: 1, serving: 1, unasked: 1 });
    assert.ok(hasMajority(counts));
    assert.equal(countMembers({ served, members: undefined }), undefined);
    assert.equal(countMembers({ served: undefined, members: [] }), undefined);
    assert.equal(etcdClusterSizeOf(served), 3);
  });

  it("have lost their quorum where most have no pod any more", () => {
    assert.ok(isQuorumLost(served, []));
    assert.ok(isQuorumLost(served, alone));
    const ended: AskedMember = { kind: "ended", pod: "trident-etcd-b", reason: "Evicted" };
    assert.ok(isQuorumLost(served, [...alone, ended, { ...ended, pod: "trident-etcd-c" }]));
  });

  it("have not, to whoever is about to delete what is left, while most may come or be well", () => {
    assert.ok(!isQuorumLost(served, threeMembers()));
    const starting: AskedMember = { kind: "starting", pod: "trident-etcd-b", reason: "Pending" };
    assert.ok(!isQuorumLost(served, [...alone, starting, { ...starting, pod: "trident-etcd-c" }]));
    assert.ok(isQuorumLost(served, [...alone, starting]));
    assert.ok(!isQuorumLost(served, [silent("a"), silent("b"), silent("c")]));
    assert.ok(!isQuorumLost(served, [silent("a", { lacksSecret: true })]));
  });
});
