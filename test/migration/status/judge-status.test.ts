import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AskedMember } from "../../../migration/members/asked-member.ts";
import type { EtcdStatus } from "../../../migration/status/etcd-status.ts";
import { judgeStatus, levelOf } from "../../../migration/status/judge-status.ts";
import { certificate, inDays, memberPodWith, membersInPods, statusOf } from "./status-scene.ts";

const anyAge = { snapshotHours: undefined };
const ended: AskedMember = { kind: "ended", pod: "trident-etcd-c", reason: "Evicted" };
const lost: AskedMember[] = membersInPods({ hasLeader: false }).slice(0, 1);
const nospace = { memberId: "2", kind: "NOSPACE" as const };

describe("the status of an etcd", () => {
  it("is well when there is nothing to say of it", () => {
    assert.deepEqual(judgeStatus(statusOf(), { snapshotHours: 26 }), []);
    assert.equal(levelOf([]), "well");
  });

  for (const [what, but, found] of [
    ["there is neither an EtcdCluster nor a member", { members: [], size: "absent" }, /no EtcdCluster and no member/],
    ["there is no member", { members: [] }, /no member: trident-etcd in namespace trident/],
    ["nobody replaces members", { size: "absent" }, /no EtcdCluster: nobody replaces/],
    ["most members are lost", { members: lost }, /no quorum: 0 of 3 members serve/],
    [
      "two of three have ended",
      { members: [...membersInPods().slice(0, 1), ended, { ...ended, pod: "x" }] },
      /no quorum/,
    ],
    ["an alarm is raised", { alarms: [nospace] }, /alarm NOSPACE at trident-etcd-b: takes no writes/],
    ["data are spoilt", { alarms: [{ memberId: "9", kind: "CORRUPT" }] }, /alarm CORRUPT at member 9/],
    ["a certificate has expired", { certificates: [certificate("peer", -1)] }, /the peer's certificate has expired/],
    [
      "an authority has expired",
      { certificates: [certificate("authority", -1)] },
      /the authority certificate has expired/,
    ],
    [
      "another etcd is recorded",
      { recorded: { clusterId: "7", heldKeys: true } },
      /recorded etcd cluster 7, and another/,
    ],
    [
      "members are of two clusters",
      { members: [...membersInPods().slice(0, 2), ...membersInPods({ clusterId: "3" }).slice(2)] },
      /different etcd clusters: 2, 3/,
    ],
  ] as readonly (readonly [string, Partial<EtcdStatus>, RegExp])[]) {
    it(`is a trouble when ${what}`, () => {
      const findings = judgeStatus(statusOf(but), anyAge);
      assert.equal(levelOf(findings), "trouble");
      assert.match(findings[0]?.what ?? "", found);
    });
  }

  for (const [what, but, found] of [
    ["a minority is missing", { members: [...membersInPods().slice(0, 2), ended] }, /2 of 3 members serve .*Evicted/],
    ["fewer members are listed than are asked for", { size: 5 }, /3 of 5 members serve/],
    [
      "a certificate ends soon",
      { certificates: [certificate("server", 29.5)] },
      /the server's certificate ends in 29 days/,
    ],
    [
      "the database is nearly full",
      { members: membersInPods({ database: { bytes: 81 } }, memberPodWith({ ETCD_QUOTA_BACKEND_BYTES: "100" })) },
      /database of trident-etcd-a: 81 % of its quota/,
    ],
    ["the last snapshot is too old", { at: new Date("2026-03-03T12:00:00Z") }, /the last snapshot is 58 h 0 min old/],
    ["there is no snapshot", { snapshots: { directory: "x", count: 0, newest: undefined } }, /no snapshot in x/],
    [
      "the schedule has saved none for more than two intervals",
      { scheduled: { schedule: "0 3 * * *", since: inDays(-9), last: { file: "a.db", at: inDays(-2.5) } } },
      /the last snapshot by schedule: 60 h 0 min ago/,
    ],
    [
      "the schedule's last run failed",
      { scheduled: { schedule: "0 3 * * *", since: inDays(-0.5), failure: "disk full" } },
      /no snapshot by schedule: disk full/,
    ],
    ["Trident does not serve", { trident: trident({ trouble: "no pod" }) }, /Trident does not serve: no pod/],
    [
      "Trident is on another etcd",
      { trident: trident({ isOnThisEtcd: false, etcdUrl: "https://other:2379" }) },
      /Trident \(trident\) is on https:\/\/other:2379/,
    ],
  ] as readonly (readonly [string, Partial<EtcdStatus>, RegExp])[]) {
    it(`is a warning when ${what}`, () => {
      const findings = judgeStatus(statusOf(but), { snapshotHours: 26 });
      assert.deepEqual([levelOf(findings), findings.length], ["warning", 1]);
      assert.match(findings[0]?.what ?? "", found);
    });
  }

  it("tells the gravest first", () => {
    const findings = judgeStatus(statusOf({ alarms: [nospace], trident: trident({ trouble: "no pod" }) }), anyAge);
    assert.deepEqual(
      findings.map(({ level }) => level),
      ["trouble", "warning"],
    );
  });

  it("asks for no Trident, no snapshot and no certificate that nobody could see", () => {
    assert.deepEqual(judgeStatus(statusOf({ trident: undefined, snapshots: undefined, certificates: [] }), anyAge), []);
  });
});

function trident(but: Partial<NonNullable<EtcdStatus["trident"]>>): EtcdStatus["trident"] {
  const { trident: standing } = statusOf();
  assert.ok(standing);
  return { ...standing, ...but };
}
