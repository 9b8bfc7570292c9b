import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSnapshotName, snapshotName } from "../../../migration/snapshot/snapshot-name.ts";

const savedAt = new Date("2030-01-02T03:04:05.678Z");

test("a snapshot's name says whose it is and of when", () => {
  const name = snapshotName("storage-2", savedAt);
  assert.equal(name, "trident-etcd-storage-2-2030-01-02T030405.678Z.db");
  assert.deepEqual(parseSnapshotName(name), { namespace: "storage-2", savedAt, isPartial: false });
  assert.deepEqual(parseSnapshotName(`${name}.partial`), { namespace: "storage-2", savedAt, isPartial: true });
});

test("a shell's has no milliseconds", () => {
  const savedAt = new Date("2030-01-02T03:04:05Z");
  const named = { namespace: "trident", savedAt, isPartial: false };
  assert.deepEqual(parseSnapshotName("trident-etcd-trident-2030-01-02T030405Z.db"), named);
});

test("other names are none of ours", () => {
  const others = [
    "backup.db",
    "trident-etcd-trident-notes.db",
    "trident-etcd-2030-01-02T030405.678Z.db",
    "my-trident-etcd-trident-2030-01-02T030405.678Z.db",
    "trident-etcd-trident-2030-01-02T030405.678Z.db.bak",
    "trident-etcd-trident-2030-13-02T030405.678Z.db",
  ];
  for (const name of others) assert.equal(parseSnapshotName(name), undefined, name);
});
