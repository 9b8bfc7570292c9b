import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeStatus, levelOf } from "../../../migration/status/judge-status.ts";
import { statusLines } from "../../../migration/status/status-lines.ts";
import type { EtcdStatus } from "../../../migration/status/etcd-status.ts";
import { inDays, memberPodWith, membersInPods, statusOf } from "./status-scene.ts";

function linesOf(but: Partial<EtcdStatus> = {}): string[] {
  const status = statusOf(but);
  const findings = judgeStatus(status, { snapshotHours: undefined });
  return statusLines(status, levelOf(findings), findings);
}

describe("the lines of a status", () => {
  it("say of an etcd that is well what there is to say", () => {
    assert.deepEqual(linesOf(), [
      "etcd         trident-etcd in namespace trident: well",
      "members      3 of 3 serve, 3 ready, 0 restarts",
      "leader       trident-etcd-a",
      "version      etcd 3.4.22; as a cluster 3.4.0",
      "cluster id   2",
      "database     20.0 KiB, 0.0 % of its quota of 2.0 GiB",
      "             a defragmentation would give back 4.0 KiB",
      "revision     7; auto-compaction after 12 h",
      "alarms       none",
      "certificates until 2028-11-25 (server, peer, client), 2031-08-22 (authority)",
      "snapshot     10 h 0 min old, the last of 2 in snapshots",
      "Trident      trident, serves from this etcd",
      "             netapp/trident:19.04.0",
    ]);
  });

  it("are never more than 15, nor longer than 80 columns, whatever is wrong", () => {
    const lines = linesOf({
      members: membersInPods({ alarms: [] }, memberPodWith({})),
      alarms: ["1", "2", "3"].map((memberId) => ({ memberId, kind: "NOSPACE" as const })),
      trident: { ...statusOf().trident, image: `registry/${"x".repeat(100)}`, trouble: "no pod" } as never,
      unknown: ["certificates: forbidden"],
    });
    assert.equal(lines.length, 15);
    assert.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
    assert.match(lines.join("\n"), /no auto-compaction[^]*alarms +NOSPACE[^]*trouble +alarm NOSPACE at trident-etcd-a/);
    assert.match(lines.at(-1) ?? "", /and 4 more lines: see --json/);
  });

  it("say that there is nothing where there is nothing", () => {
    const lines = linesOf({ members: [], size: "absent", certificates: [], snapshots: undefined, trident: undefined });
    assert.deepEqual(lines, [
      "etcd         trident-etcd in namespace trident: a trouble",
      "members      0 of 0 serve, 0 ready, 0 restarts",
      "alarms       not asked",
      "certificates not seen",
      "snapshot     none in a folder of this machine",
      "Trident      none in this namespace",
      "trouble      no EtcdCluster and no member: trident-etcd in namespace trident",
    ]);
  });

  it("tell of members that differ in what they are and do", () => {
    const [first, ...others] = membersInPods();
    const [older] = membersInPods({ version: "3.3.27" }, memberPodWith({}));
    assert.ok(first && older);
    const text = linesOf({ members: [older, ...others] }).join("\n");
    assert.match(text, /etcd 3\.3\.27, 3\.4\.22/);
    assert.match(text, /auto-compaction after 12 h, at 2 of 3 members/);
  });

  it("tell of the snapshot that is the newer one, by hand or by schedule", () => {
    const last = { file: "a.db", at: inDays(-1 / 24) };
    const scheduled = { schedule: "17 * * * *", since: inDays(-9), last };
    assert.match(linesOf({ scheduled }).join("\n"), /snapshot +1 h 0 min old, on the claim, by schedule 17 \* /);
    const older = { ...scheduled, last: { ...last, at: inDays(-3) } };
    assert.match(linesOf({ scheduled: older }).join("\n"), /10 h 0 min old, the last of 2 in snapshots/);
  });
});
