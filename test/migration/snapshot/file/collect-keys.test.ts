import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BoltDatabase } from "../../../../migration/snapshot/file/bolt-database.ts";
import { collectKeys } from "../../../../migration/snapshot/file/collect-keys.ts";
import { FileBytes } from "../../../../migration/snapshot/file/file-bytes.ts";
import { SnapshotFileError } from "../../../../migration/snapshot/file/snapshot-file-error.ts";
import { TimeSlices } from "../../../../migration/snapshot/file/time-slices.ts";
import { SeededRandom } from "../../../faults/seeded-random.ts";
import { buildDatabase, entry, fileOf, type Entry } from "./bolt-builder.ts";
import { deletion, etcdBuckets, put, revisionName } from "./etcd-records.ts";

describe("the keys of an etcd's last revision", () => {
  for (const mostRecords of [1, 7, 100_000]) {
    it(`are the last ones written and not deleted, with ${mostRecords} records gathered at once`, async () => {
      const { records, expected } = history(new SeededRandom(mostRecords), 400);
      const { keys, lastRevision } = await collect(records, mostRecords);
      assert.deepEqual(keys, expected);
      assert.equal(lastRevision, 401n);
    });
  }

  it("are none where nothing was written, or all was deleted", async () => {
    assert.deepEqual(await collect([]), { keys: [], lastRevision: 0n });
    assert.deepEqual(await collect([put(2n, "/a", "1"), deletion(3n, "/a")]), { keys: [], lastRevision: 3n });
  });

  it("are the same beside a deletion whose key was compacted away", async () => {
    assert.deepEqual((await collect([deletion(3n, "/a"), put(4n, "/b", "2")])).keys, ["/b=2"]);
  });

  it("go without the revision that a restore left to have a higher one", async () => {
    const bumped = entry(revisionName(1_000_000_003n), "");
    assert.deepEqual(await collect([put(2n, "/a", "1"), bumped]), { keys: ["/a=1"], lastRevision: 1_000_000_003n });
  });

  it("are refused with a record that contradicts itself, naming its place and nothing of it", async () => {
    const wrong = { ...put(3n, "/secret", "hidden"), key: revisionName(4n) };
    await assert.rejects(collect([put(2n, "/a", "1"), wrong]), (error) => {
      assert(error instanceof SnapshotFileError && error.problem === "damaged");
      assert.match(error.message, /the record at byte \d+ is one of another revision/);
      return !/secret|hidden/.test(error.message);
    });
    await assert.rejects(collect([{ ...put(2n, "/a", "1"), isBucket: true }]), /the record at byte \d+ is a bucket/);
  });
});

/** Random writes and deletions of some keys, several in a transaction, and what is left of them. */
function history(random: SeededRandom, count: number): { records: Entry[]; expected: string[] } {
  const state = new Map<string, string>();
  const records = Array.from({ length: count }, (_, index) => {
    const revision = BigInt(index + 2);
    const key = `/${"long/".repeat(random.whole(0, 1))}${random.whole(0, 60)}`;
    if (state.has(key) && random.chance(0.3)) {
      state.delete(key);
      return deletion(revision, key);
    }
    state.set(key, `value ${index}`);
    return put(revision, key, `value ${index}`);
  });
  return { records, expected: [...state.keys()].sort().map((key) => `${key}=${state.get(key)}`) };
}

async function collect(records: readonly Entry[], mostRecords?: number) {
  const content = buildDatabase(etcdBuckets(records));
  const file = FileBytes.open(await fileOf(content));
  const database = new BoltDatabase(file, content.length);
  const bucket = database.bucket("key");
  assert(bucket !== undefined);
  const collected = await collectKeys(file, { database, bucket, slices: new TimeSlices() }, mostRecords);
  const { bytes, starts } = collected.keys.readRecords(0, collected.keys.count);
  const keys = Array.from({ length: collected.keys.count }, (_, each) => {
    const record = bytes.subarray(starts[each], starts[each + 1]);
    const value = /value \d+$|\d+$/.exec(record.toString("latin1"))?.[0] ?? "";
    return `${collected.keys.key(each).toString()}=${value}`;
  });
  return { keys, lastRevision: collected.lastRevision };
}
