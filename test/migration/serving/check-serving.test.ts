import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RecordChange } from "../../../migration/record/migration-record.ts";
import {
  checkServing,
  type ServingEnvironment,
  UnexpectedEtcdError,
} from "../../../migration/serving/check-serving.ts";
import type { RecordedEtcd } from "../../../migration/record/recorded-etcd.ts";

describe("what an up ends with", () => {
  it("is a Trident that serves, and a record of the etcd that has its keys", async () => {
    const { done, recorded } = await check({ keys: 5 });
    assert.deepEqual(done, ["etcd", "trident", "recorded"]);
    assert.deepEqual(recorded, { etcdClusterId: "12", etcdHeldKeys: "true" });
  });

  it("is no word of keys while there are none", async () => {
    assert.deepEqual((await check({ keys: 0 })).recorded, { etcdClusterId: "12", etcdHeldKeys: null });
  });

  it("is nothing that forgets keys which an etcd had", async () => {
    const before = { clusterId: "12", heldKeys: true };
    assert.deepEqual((await check({ before, keys: 0 })).recorded, { etcdClusterId: "12", etcdHeldKeys: "true" });
    const givenUp = await check({ before, keys: 0, abandonedEtcd: "12" });
    assert.deepEqual(givenUp.recorded, { etcdClusterId: "12", etcdHeldKeys: null });
  });

  it("is a Trident that has begun anew on another etcd, once the one before is given up", async () => {
    const before = { clusterId: "7", heldKeys: true };
    const { done, recorded } = await check({ before, keys: 0, abandonedEtcd: "7" });
    assert.deepEqual(done, ["etcd", "restarted", "trident", "recorded"]);
    assert.deepEqual(recorded, { etcdClusterId: "12", etcdHeldKeys: null, movedFromEtcd: "7" });
  });

  it("is an etcd alone that was tried, where no Trident is asked for", async () => {
    const { done, recorded } = await check({ keys: 0, alone: true });
    assert.deepEqual(done, ["etcd", "tried", "recorded"]);
    assert.deepEqual(recorded, { etcdClusterId: "12", etcdHeldKeys: null });
    const before = { clusterId: "7", heldKeys: true };
    await assert.rejects(check({ before, keys: 0, alone: true }), UnexpectedEtcdError);
  });

  it("is never another etcd that nobody gave the former up for", async () => {
    const before = { clusterId: "7", heldKeys: true };
    for (const abandonedEtcd of ["", "6"]) {
      await assert.rejects(check({ before, keys: 0, abandonedEtcd }), UnexpectedEtcdError);
    }
    const empty = await check({ before: { clusterId: "7", heldKeys: false }, keys: 0 });
    assert.equal(empty.recorded?.etcdClusterId, "12");
  });
});

interface Case {
  readonly before?: RecordedEtcd;
  readonly keys: number;
  readonly abandonedEtcd?: string;
  readonly alone?: boolean;
}

async function check({ before, keys, abandonedEtcd = "", alone = false }: Case) {
  const done: string[] = [];
  let recorded: RecordChange | undefined;
  const say = (what: string): Promise<void> => {
    done.push(what);
    return Promise.resolve();
  };
  const environment: ServingEnvironment = {
    findRecorded: () => Promise.resolve(before),
    waitForEtcd: async () => {
      await say("etcd");
      return "12";
    },
    ...(alone ? {} : { trident: { restart: () => say("restarted"), wait: () => say("trident") } }),
    tryEtcd: () => say("tried"),
    countKeys: () => Promise.resolve({ count: keys, revision: 31n }),
    record: ({ etcdRevision, etcdRevisionAt, ...change }) => {
      assert.equal(etcdRevision, "31");
      assert.match(etcdRevisionAt ?? "", /^\d{4}-.*Z$/);
      recorded = change;
      return say("recorded");
    },
  };
  await checkServing(environment, { abandonedEtcd });
  return { done, recorded };
}
