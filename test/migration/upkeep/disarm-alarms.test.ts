import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { Maintenance } from "../../../migration/etcd/maintenance.ts";
import type { RaisedAlarm } from "../../../migration/etcd/messages/maintenance-messages.ts";
import { DatabaseFullError, disarmAlarms } from "../../../migration/upkeep/disarm-alarms.ts";
import { UpkeepRefusedError, type UpkeptEtcd } from "../../../migration/upkeep/upkept-etcd.ts";
import { startCluster, type EtcdCluster } from "../../etcd-cluster.ts";
import { membersInPods } from "../status/status-scene.ts";
import { upkeptProcesses } from "./upkept-process.ts";

const quota = 4 * 1024 ** 2;
const silent = { report: () => undefined };

describe("an etcd whose alarm is to be disarmed", () => {
  let cluster: EtcdCluster | undefined;
  afterEach(async () => {
    await cluster?.stop();
    cluster = undefined;
  });
  const startFull = async (keyOf: (count: number) => string) => {
    const started = await startCluster({ extraArguments: [`--quota-backend-bytes=${quota}`] });
    cluster = started;
    await started.etcdctl("put", "/kept", "1");
    const value = "v".repeat(100_000);
    await assert.rejects(async () => {
      for (let count = 0; count < 200; count += 1) await started.etcdctl("put", keyOf(count), value);
    }, /database space exceeded/);
    return { started, etcd: upkeptProcesses(started, { ETCD_QUOTA_BACKEND_BYTES: String(quota) }) };
  };

  it("takes writes again once its history is forgotten, and has all its keys", async () => {
    const { started, etcd } = await startFull(() => "/filler");
    const { alarms, members } = await disarmAlarms(etcd, silent);
    assert.equal(alarms[0]?.kind, "NOSPACE");
    assert.equal(members.length, 3);
    await started.etcdctl("put", "/after", "2");
    assert.equal(await started.etcdctl("get", "/kept", "--print-value-only"), "1\n");
    assert.match(await started.etcdctl("get", "/filler", "--print-value-only"), /^v+\n$/);
    assert.deepEqual(await disarmAlarms(etcd, silent), { alarms: [], members: [] });
  });

  it("keeps it where what the keys are now is too much, and says what to do", async () => {
    const { started } = await startFull((count) => `/filler/${count}`);
    const etcd = upkeptProcesses(started, { ETCD_QUOTA_BACKEND_BYTES: String(3 * 1024 ** 2) });
    await assert.rejects(disarmAlarms(etcd, silent), (error: unknown) => {
      return (
        error instanceof DatabaseFullError && /quota of 3\.0 MiB .*raise ETCD_QUOTA_BACKEND_BYTES/.test(error.message)
      );
    });
    assert.match(await started.etcdctl("alarm", "list"), /NOSPACE/);
  });

  it("keeps that of a member whose data are spoilt, and is rid of that of one that is gone", async () => {
    const spoilt = inMemory([{ memberId: "2", kind: "CORRUPT" }]);
    await assert.rejects(disarmAlarms(spoilt.etcd, silent), (error: unknown) => {
      return error instanceof UpkeepRefusedError && /CORRUPT .*kubectl delete pod trident-etcd-b/.test(error.message);
    });
    assert.deepEqual(spoilt.disarmed, []);
    const gone: RaisedAlarm = { memberId: "9", kind: "CORRUPT" };
    const { etcd, disarmed } = inMemory([gone]);
    assert.deepEqual(await disarmAlarms(etcd, silent), { alarms: [gone], members: [] });
    assert.deepEqual(disarmed, [gone]);
  });
});

function inMemory(alarms: RaisedAlarm[]): { etcd: UpkeptEtcd; disarmed: RaisedAlarm[] } {
  const disarmed: RaisedAlarm[] = [];
  const member: Partial<Maintenance> = {
    listAlarms: () => Promise.resolve(alarms),
    disarm: (alarm) => {
      disarmed.push(alarm);
      return Promise.resolve();
    },
  };
  return {
    disarmed,
    etcd: {
      ask: () => Promise.resolve(membersInPods()),
      at: (_pod, work) => work(member as Maintenance),
      tryKey: () => Promise.resolve(),
    },
  };
}
