import assert from "node:assert/strict";
import { test } from "node:test";
import { readSpoiltSnapshots } from "./spoilt-snapshots.ts";

test("a snapshot's file that was spoilt is refused, or has the keys that it had; a database without a checksum is answered or refused", async () => {
  const { snapshots, databases, failures } = await readSpoiltSnapshots(1, 100);
  assert.deepEqual(failures, []);
  assert.equal(snapshots.different, 0);
  assert.equal(snapshots.refused + snapshots.identical, 100);
  assert.equal(databases.refused + databases.identical + databases.different, 100);
});
