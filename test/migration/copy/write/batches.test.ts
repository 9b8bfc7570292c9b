import assert from "node:assert/strict";
import { test } from "node:test";
import { batchesOf, bytesInTransaction, MOST_BYTES } from "../../../../migration/copy/write/batches.ts";
import type { KeyValue } from "../../../../migration/copy/store/key-value-store.ts";

test("cuts at 128 operations and keeps the order", () => {
  const entries = Array.from({ length: 300 }, (_, index) => entry(`k${index}`, 10));
  const batches = [...batchesOf(entries)];
  assert.deepEqual(
    batches.map(({ length }) => length),
    [128, 128, 44],
  );
  assert.deepEqual(batches.flat(), entries);
});

test("no transaction of several entries exceeds 1 MiB, keys and framing counted", () => {
  const entries = Array.from({ length: 100 }, (_, index) => entry(`k${index}`, 30_000));
  const batches = [...batchesOf(entries)];
  assert(batches.length > 2);
  for (const batch of batches) {
    assert(batch.reduce((sum, each) => sum + bytesInTransaction(each), 0) <= MOST_BYTES);
  }
  assert.deepEqual(batches.flat(), entries);
});

test("an entry above the limit goes alone", () => {
  const entries = [entry("a", 10), entry("b", MOST_BYTES), entry("c", 10)];
  assert.deepEqual(
    [...batchesOf(entries)],
    entries.map((each) => [each]),
  );
});

test("nothing makes no transaction", () => {
  assert.deepEqual([...batchesOf([])], []);
});

function entry(key: string, valueBytes: number): KeyValue {
  return { key: Buffer.from(key), value: Buffer.alloc(valueBytes) };
}
