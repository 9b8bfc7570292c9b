import assert from "node:assert/strict";
import { test } from "node:test";
import { likelyEnd, nextPageKeys, smallerPageKeys } from "../../../../migration/copy/read/page-size.ts";
import { readPages } from "../../../../migration/copy/read/read-pages.ts";
import { prefixRange } from "../../../../migration/copy/store/key-range.ts";
import type { KeyValueStore, RangeRequest } from "../../../../migration/copy/store/key-value-store.ts";

test("grows thirty-two-fold at most, up to 8,000 keys, while values are small", () => {
  assert.equal(nextPageKeys(256, { keys: 256, bytes: 256 * 300 }), 8_000);
  assert.equal(nextPageKeys(64, { keys: 64, bytes: 64 * 100 }), 2_048);
});

test("asks for about 4 MiB when values are large", () => {
  assert.equal(nextPageKeys(256, { keys: 256, bytes: 256 * 64 * 1024 }), 64);
});

test("asks for a single key when one value exceeds a page", () => {
  assert.equal(nextPageKeys(8, { keys: 2, bytes: 20 * 1024 * 1024 }), 1);
});

test("halves down to one key and then has nothing smaller", () => {
  assert.equal(smallerPageKeys(3), 1);
  assert.equal(smallerPageKeys(1), undefined);
});

test("numbered keys go on at the same pace: at least so many lie before the end, and few times as many", () => {
  const numbered = Array.from({ length: 100_000 }, (_, index) => keyOf(index));
  const end = likelyEnd({ from: keyOf(20_000), to: keyOf(28_000), keys: 8_000 }, 8_000);
  const within = numbered.filter((key) => key.compare(keyOf(28_000)) >= 0 && end !== undefined && key.compare(end) < 0);

  assert(within.length >= 2_000 && within.length <= 32_000, `${within.length} keys`);
});

test("the end lies behind what was read, whatever the keys look like", () => {
  const keys = ["", "\0", "a", "a\0", "a\xff\xff\xff\xff\xff", "ab", "\xff", "\xff\xfe"].map((key) =>
    Buffer.from(key, "latin1"),
  );
  for (const from of keys) {
    for (const to of keys.filter((key) => key.compare(from) > 0)) {
      for (const count of [0, 1, 8_000]) {
        const end = likelyEnd({ from, to, keys: count }, 8_000);
        assert(end === undefined || end.compare(to) > 0, `${from.toString("hex")} ${to.toString("hex")}`);
      }
    }
  }
});

for (const [name, keys] of Object.entries(keySets())) {
  test(`a store with ${name} is read completely and in order, and its keys are hardly counted twice`, async () => {
    let counted = 0;
    const range = prefixRange("/p/");
    const seen: string[] = [];
    const store = storeOf(keys, (count) => (counted += count));
    for await (const { entries, total } of readPages({ store, name: "source", range, revision: 1n })) {
      assert.equal(total, keys.length);
      seen.push(...entries.map(({ key }) => key.toString("latin1")));
    }

    assert.deepEqual(
      seen,
      keys.map((key) => key.toString("latin1")),
    );
    assert(counted <= 6 * keys.length, `${counted} keys counted to read ${keys.length}`);
  });
}

function keyOf(index: number): Buffer {
  return Buffer.from(`/bench/${String(index).padStart(7, "0")}`);
}

function keySets(): Record<string, Buffer[]> {
  let state = 1;
  const random = () => (state = (state * 48_271) % 0x7fffffff);
  const sets = {
    "numbered keys": Array.from({ length: 60_000 }, (_, index) => `/p/${String(index).padStart(7, "0")}`),
    "random hexadecimal names": Array.from(
      { length: 60_000 },
      () => `/p/${random().toString(16).padStart(8, "0")}${random().toString(16).padStart(8, "0")}`,
    ),
    "a few crowded folders far apart": ["\x01", "a", "az", "b/deep/er", "\xfe"].flatMap((folder) =>
      Array.from({ length: 12_000 }, (_, index) => `/p/${folder}/${String(index).padStart(6, "0")}`),
    ),
  };
  return Object.fromEntries(
    Object.entries(sets).map(([name, keys]) => [
      name,
      [...new Set(keys)].map((key) => Buffer.from(key, "latin1")).sort((one, other) => one.compare(other)),
    ]),
  );
}

/** Tells how many keys a range holds, which is what an etcd goes through to answer, whatever the limit. */
function storeOf(keys: readonly Buffer[], onCount: (count: number) => void): KeyValueStore {
  const unused = () => Promise.reject(new Error("not used"));
  return {
    status: unused,
    createAll: unused,
    deleteUnchanged: unused,
    range({ from, to, limit = 0 }: RangeRequest) {
      const found = keys.filter((key) => key.compare(from) >= 0 && key.compare(to) < 0);
      onCount(found.length);
      const entries = found.slice(0, limit).map((key) => ({
        ...{ key, value: Buffer.alloc(200) },
        ...{ createRevision: 1n, modRevision: 1n, lease: 0n },
      }));
      return Promise.resolve({ entries, more: entries.length < found.length, count: found.length, revision: 1n });
    },
  };
}
