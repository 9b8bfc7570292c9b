import assert from "node:assert/strict";
import { test } from "node:test";
import { EntryTooLargeError, UntrustworthyAnswerError } from "../../../../migration/copy/errors.ts";
import { prefixRange } from "../../../../migration/copy/store/key-range.ts";
import type {
  KeyValueStore,
  RangePage,
  RangeRequest,
  StoredKeyValue,
} from "../../../../migration/copy/store/key-value-store.ts";
import { readPages } from "../../../../migration/copy/read/read-pages.ts";
import { StoreError } from "../../../../migration/copy/store/store-error.ts";

const range = prefixRange("/p/");

test("asks for the next page while the first is being worked on, and from just after its last key", async () => {
  const requests: RangeRequest[] = [];
  const pages = read((request) => {
    requests.push(request);
    return requests.length === 1 ? page([entry("/p/a"), entry("/p/b")], 3, true) : page([entry("/p/c")], 1);
  });

  const first = await pages.next();

  assert.equal(first.done, false);
  assert.equal(requests.length, 2);
  assert.deepEqual(requests[1]?.from, Buffer.from("/p/b\0"));
  assert(requests.every(({ revision }) => revision === 10n));
  const rest: string[] = [];
  for await (const { entries } of pages) {
    rest.push(...entries.map(({ key }) => key.toString()));
  }
  assert.deepEqual(rest, ["/p/c"]);
});

test("halves a page whose answer is too large, down to a single key, and then names that key", async () => {
  const limits: (number | undefined)[] = [];
  const pages = read(({ limit, keysOnly }) => {
    if (keysOnly === true) {
      return page([entry("/p/large")], 1);
    }
    limits.push(limit);
    throw new StoreError("answerTooLarge", "too large for this client");
  });

  await assert.rejects(pages.next(), (error: Error) => {
    assert(error instanceof EntryTooLargeError);
    assert.equal(error.key, "/p/large");
    assert.match(error.message, /too large for this client/);
    return true;
  });

  assert.deepEqual(limits, [256, 128, 64, 32, 16, 8, 4, 2, 1]);
});

const untrustworthy: [string, RangePage][] = [
  ["unsorted keys", page([entry("/p/b"), entry("/p/a")], 2)],
  ["the same key twice", page([entry("/p/a"), entry("/p/a")], 2)],
  ["a key below the range", page([entry("/o/z")], 1)],
  ["a key above the range", page([entry("/q")], 1)],
  ["a key from after the pinned revision", page([{ ...entry("/p/a"), modRevision: 11n }], 1)],
  ["fewer keys than announced", page([entry("/p/a")], 2)],
  ["an empty page that is not the last", page([], 2, true)],
];
for (const [what, answer] of untrustworthy) {
  test(`aborts on ${what}`, async () => {
    await assert.rejects(drain(read(() => answer)), UntrustworthyAnswerError);
  });
}

test("aborts on a later page that repeats a key of an earlier one", async () => {
  let asked = 0;
  const pages = read(() => {
    asked += 1;
    return asked === 1 ? page([entry("/p/a"), entry("/p/b")], 3, true) : page([entry("/p/b")], 1);
  });

  await assert.rejects(drain(pages), /outside the range/);
});

test("does not repeat a read that failed for good", async () => {
  let asked = 0;
  const pages = read(() => {
    asked += 1;
    throw new StoreError("permanent", "compacted");
  });

  await assert.rejects(drain(pages), /compacted/);
  assert.equal(asked, 1);
});

function read(answer: (request: RangeRequest) => RangePage) {
  const unused = () => Promise.reject(new Error("a read only ranges"));
  const store: KeyValueStore = {
    range: async (request) => Promise.resolve(answer(request)),
    status: unused,
    createAll: unused,
    deleteUnchanged: unused,
  };
  return readPages({ store, name: "source", range, revision: 10n });
}

async function drain(pages: ReturnType<typeof read>): Promise<number> {
  let read = 0;
  for await (const { entries } of pages) {
    read += entries.length;
  }
  return read;
}

function entry(key: string): StoredKeyValue {
  return { key: Buffer.from(key), value: Buffer.from("v"), createRevision: 5n, modRevision: 5n, lease: 0n };
}

function page(entries: readonly StoredKeyValue[], count: number, more = false): RangePage {
  return { entries, count, more, revision: 12n };
}
