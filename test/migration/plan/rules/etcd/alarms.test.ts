import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Flow } from "../../../../../migration/plan/migration-plan.ts";
import { checkAlarms } from "../../../../../migration/plan/rules/etcd/alarms.ts";
import { memberPodWith, membersInPods } from "../../../status/status-scene.ts";

const address = { namespace: "storage", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" };
const full = membersInPods({ alarms: [{ memberId: "2", kind: "NOSPACE" }] });

describe("an etcd that takes no writes", () => {
  for (const flow of ["install", "migrate", "resume", "move", "installEtcd"] as readonly Flow[]) {
    it(`keeps a run from ${flow}, with the command that cures it`, () => {
      const { blockers, risks } = checkAlarms({ flow, address, members: full });
      assert.deepEqual([blockers[0]?.kind, risks], ["etcdNoSpace", []]);
      assert.match(blockers[0]?.message ?? "", /the database of trident-etcd-b has come to its quota/);
      assert.match(blockers[0]?.remedy ?? "", /`npx trident-etcd alarm-disarm --namespace storage`/);
    });
  }

  for (const flow of ["installed", "migrated", "etcdInstalled", "rollback", "rolledBack"] as readonly Flow[]) {
    it(`is a risk in the flow ${flow}, with the same command`, () => {
      const { blockers, risks } = checkAlarms({ flow, address, members: full });
      assert.deepEqual([blockers, risks[0]?.kind], [[], "state"]);
      assert.match(risks[0]?.message ?? "", /takes no writes.*alarm-disarm --namespace storage/);
    });
  }

  it("for its data are spoilt is never disarmed as long as that member is there", () => {
    const members = membersInPods({ alarms: [{ memberId: "3", kind: "CORRUPT" }] });
    const [blocker] = checkAlarms({ flow: "migrate", address: { ...address, etcdCluster: "other" }, members }).blockers;
    assert.equal(blocker?.kind, "etcdCorrupt");
    assert.match(blocker.remedy, /delete pod trident-etcd-c.*alarm-disarm --namespace storage --etcd-cluster other/);
  });

  it("is seen coming from 80 % of its quota on", () => {
    const of = (bytes: number) => {
      const pod = memberPodWith({ ETCD_QUOTA_BACKEND_BYTES: "100" });
      return checkAlarms({ flow: "installed", address, members: membersInPods({ database: { bytes } }, pod) });
    };
    assert.deepEqual(of(79), { blockers: [], risks: [] });
    assert.match(of(80).risks[0]?.message ?? "", /takes 80 bytes of its quota of 100 bytes.*compact.*defragment/);
  });

  it("is no matter where all is well, or nobody could be asked", () => {
    for (const members of [membersInPods(), [], undefined]) {
      assert.deepEqual(checkAlarms({ flow: "migrate", address, members }), { blockers: [], risks: [] });
    }
  });
});
