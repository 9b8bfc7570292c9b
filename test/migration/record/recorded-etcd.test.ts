import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { recordedEtcd } from "../../../migration/record/recorded-etcd.ts";

const record = { namespace: "trident", name: "trident-etcd-migration", uid: "u" };

describe("the etcd in the record", () => {
  it("is the one that was written there last, with or without keys", () => {
    assert.deepEqual(recordedEtcd({ ...record, etcdClusterId: "12" }), { clusterId: "12", heldKeys: false });
    const held = { ...record, etcdClusterId: "12", etcdHeldKeys: "true" } as const;
    assert.deepEqual(recordedEtcd(held), { clusterId: "12", heldKeys: true });
  });

  it("is the one that an older version migrated to", () => {
    const result = JSON.stringify({ keys: 5, sha256: "aa", destinationClusterId: "7" });
    assert.deepEqual(recordedEtcd({ ...record, phase: "copied", result }), { clusterId: "7", heldKeys: true });
    assert.equal(recordedEtcd({ ...record, phase: "copied", result: "nonsense" }), undefined);
  });

  it("is none before anything is recorded", () => {
    assert.equal(recordedEtcd(undefined), undefined);
    assert.equal(recordedEtcd(record), undefined);
  });
});
