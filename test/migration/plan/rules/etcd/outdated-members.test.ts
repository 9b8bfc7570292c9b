import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MemberSpec } from "../../../../../migration/members/member-pod.ts";
import { checkOutdated, membersToReplace } from "../../../../../migration/plan/rules/etcd/outdated-members.ts";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";
import { memberPodWith, membersInPods } from "../../../status/status-scene.ts";

const plannedMembers: MemberSpec = {
  ...{ repository: "etcd", version: "3.4.22" },
  pod: { etcdEnv: [{ name: "ETCD_AUTO_COMPACTION_RETENTION", value: "12" }] },
  TLS: { static: { member: { peerSecret: "p", serverSecret: "s" }, operatorSecret: "c" } },
};
const old = membersInPods({}, memberPodWith({}));

describe("members that the settings no longer describe", () => {
  it("are told of beforehand, and replaced", () => {
    const facts = { members: old, plannedMembers, size: 3 };
    assert.equal(membersToReplace(facts).length, 3);
    const [risk] = checkOutdated("installed", facts).risks;
    assert.match(risk?.message ?? "", /This run replaces 3 members of the etcd, one by one, .*ETCD_AUTO_COMPACTION/);
  });

  it("stay where there are too few, with the way out", () => {
    const facts = { members: old.slice(0, 1), plannedMembers, size: 1 };
    assert.deepEqual(membersToReplace(facts), []);
    const [risk] = checkOutdated("migrated", facts).risks;
    assert.match(inSettings(risk?.message ?? ""), /1 member .* stays so.*pulumi config set etcdClusterSize 3.*compact/);
  });

  it("are none where all are as planned, nobody says what is planned, or the etcd goes", () => {
    for (const [flow, facts] of [
      ["installed", { members: membersInPods(), plannedMembers, size: 3 }],
      ["installed", { members: old, size: 3 }],
      ["installed", { members: undefined, plannedMembers, size: 3 }],
      ["rollback", { members: old, plannedMembers, size: 3 }],
    ] as const) {
      assert.deepEqual(checkOutdated(flow, facts), { blockers: [], risks: [] });
    }
  });
});
