import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRanges, type ComparedRanges } from "../../../../migration/copy/compare/compare-ranges.ts";
import { prefixRange } from "../../../../migration/copy/store/key-range.ts";
import type { StoredKeyValue } from "../../../../migration/copy/store/key-value-store.ts";
import { MemoryStore } from "../memory-store.ts";

const range = prefixRange("/a/");
const source = new MemoryStore("source", "1", { "/a/1": "one", "/a/2": "two", "/b": "elsewhere" });
const destination = new MemoryStore("destination", "2", { "/a/2": "two", "/a/3": "three" });
const revisions = { source: (await source.status()).revision, destination: (await destination.status()).revision };
source.put("/a/1", "later");
source.put("/a/3", "later");
destination.remove("/a/2");

const sides = {
  source: { store: source, revision: revisions.source },
  destination: { store: destination, revision: revisions.destination },
};

test("hands on every key of both sides as it stood at the revisions given", async () => {
  assert.deepEqual(await tallied({ range, ...sides }), ["<one", "=two two", ">three"]);
});

test("reads no values when keys will do", async () => {
  assert.deepEqual(await tallied({ range, ...sides, keysOnly: true }), ["<", "= ", ">"]);
});

test("takes an absent destination for an empty one", async () => {
  assert.deepEqual(await tallied({ range, ...sides, destination: undefined }), ["<one", "<two"]);
});

test("shows a side's pages before they are compared, and says how far it is", async () => {
  const seen: unknown[] = [];
  const compared = await tallied({
    range,
    source: { ...sides.source, onRead: ({ entries, total }) => void seen.push([entries.length, total]) },
    destination: { ...sides.destination, onRead: () => Promise.reject(new Error("not such a page")) },
    onPage: (keys, total) => void seen.push([keys, total]),
  }).catch((error: unknown) => String(error));
  assert.deepEqual([compared, seen], ["Error: not such a page", [[2, 2]]]);
  await tallied({ range, ...sides, onPage: (keys, total) => void seen.push([keys, total]) });
  assert.deepEqual(seen.at(-1), [2, 2]);
});

async function tallied(ranges: ComparedRanges): Promise<string[]> {
  const found: string[] = [];
  const text = ({ value }: StoredKeyValue) => value.toString();
  await compareRanges(ranges, {
    onlySource: (entry) => found.push(`<${text(entry)}`),
    onlyDestination: (entry) => found.push(`>${text(entry)}`),
    both: (entry, other) => found.push(`=${text(entry)} ${text(other)}`),
  });
  return found;
}
