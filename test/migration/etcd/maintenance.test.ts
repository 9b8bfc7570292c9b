import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { askMember } from "../../../migration/etcd/ask-member.ts";
import { EtcdNoSpaceError } from "../../../migration/etcd/errors.ts";
import { maintain } from "../../../migration/etcd/maintenance.ts";
import { alarmInError } from "../../../migration/etcd/messages/maintenance-messages.ts";
import { startEtcd, type EtcdProcess } from "../../etcd-process.ts";

const quota = 2 ** 20;

async function fill(etcd: EtcdProcess): Promise<void> {
  for (let written = 0; written < 100; written += 1) await etcd.client.put("/filler").value("v".repeat(32_768));
}

describe("an etcd that has come to its quota", () => {
  it("says so in its status and its alarms, and takes writes again once it is compacted, defragmented and disarmed", async () => {
    const etcd = await startEtcd({ extraArguments: [`--quota-backend-bytes=${quota}`] });
    const address = { host: "127.0.0.1", port: etcd.port };
    const maintenance = maintain(address, etcd.tls, 3_000);
    const look = () => askMember(address, etcd.tls, 3_000);
    const put = () => etcd.store.createAll([{ key: Buffer.from("/after"), value: Buffer.from("1") }]);
    try {
      assert.deepEqual(await maintenance.listAlarms(), []);
      await assert.rejects(fill(etcd), /database space exceeded/);
      const full = await look();
      const raised = [{ memberId: full.id, kind: "NOSPACE" as const }];
      assert.deepEqual(await maintenance.listAlarms(), raised);
      assert.deepEqual(full.errors.map(alarmInError), raised);
      assert.deepEqual(full.alarms, raised);
      assert.ok(full.database.bytes >= quota && full.leaderId === full.id && full.appliedIndex > 10n);
      await assert.rejects(put(), EtcdNoSpaceError);

      await maintenance.compact(full.revision);
      await maintenance.compact(full.revision);
      await maintenance.defragment();
      await maintenance.disarm({ memberId: full.id, kind: "NOSPACE" });
      await maintenance.disarm({ memberId: full.id, kind: "NOSPACE" });

      const well = await look();
      assert.ok(well.database.bytes < quota / 2, `${well.database.bytes} bytes`);
      assert.ok((well.database.bytesInUse ?? Infinity) <= well.database.bytes);
      assert.deepEqual([well.errors, well.alarms, await maintenance.listAlarms()], [[], [], []]);
      assert.equal((await put()).created, true);
      assert.equal((await look()).revision, full.revision + 1n);
    } finally {
      maintenance.close();
      await etcd.stop();
    }
  });
});

describe("an alarm in the words of a status", () => {
  for (const [text, alarm] of [
    ["memberID:10501334649042878790 alarm:NOSPACE ", { memberId: "10501334649042878790", kind: "NOSPACE" }],
    ["memberID:7 alarm:CORRUPT", { memberId: "7", kind: "CORRUPT" }],
    ["alarm:NOSPACE", { memberId: "0", kind: "NOSPACE" }],
    ["memberID:7 alarm:SOMETHING", undefined],
    ["etcdserver: no leader", undefined],
  ] as const) {
    it(`is read of "${text}"`, () => {
      assert.deepEqual(alarmInError(text), alarm);
    });
  }
});
