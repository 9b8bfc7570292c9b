import assert from "node:assert/strict";
import { test } from "node:test";
import { findForeignKeys } from "../../../../migration/copy/compare/foreign-keys.ts";
import type { KeyRange, StoredKeyValue } from "../../../../migration/copy/store/key-value-store.ts";
import { freshRange, latestRevision, numbered, putLeased, seed, copyScene } from "../copy-scene.ts";

const scene = copyScene();

test("an empty destination holds nothing foreign", async () => {
  const { range } = await scene.filled(10);

  assert.deepEqual(await compare(range), { foreign: [], count: 0, equal: 0 });
});

test("keys that an interrupted copy left are equal, not foreign", async () => {
  const { range, entries } = await scene.filled(1_000);
  await seed(scene.destination.store, entries.slice(300, 600));

  assert.deepEqual(await compare(range), { foreign: [], count: 0, equal: 300 });
});

test("finds a key that the source does not have, one with another value and one with a lease", async () => {
  const { range, entries } = await scene.filled(20);
  const [first, second, third] = entries;
  assert(first && second && third);
  await seed(scene.destination.store, [first, { key: second.key, value: Buffer.from("other") }]);
  await seed(scene.destination.store, [{ key: range.key("someone-else"), value: Buffer.from("theirs") }]);
  await putLeased(scene.destination, third);

  assert.deepEqual(await compare(range), {
    foreign: [range.key("someone-else"), second.key, third.key].map(String),
    count: 3,
    equal: 1,
  });
});

test("names ten of many foreign keys and counts all", async () => {
  const range = freshRange();
  await seed(scene.destination.store, numbered(range, 700));

  const { foreign, count } = await compare(range);

  assert.equal(foreign.length, 10);
  assert.equal(count, 700);
});

test("what an earlier copy left is not foreign, whatever has become of it in the source, and its revisions are told", async () => {
  const range = freshRange();
  const [equal, stale, gone, foreign] = numbered(range, 4);
  assert(equal && stale && gone && foreign);
  await seed(scene.source.store, [equal, { key: stale.key, value: Buffer.from("newer") }]);
  await seed(scene.destination.store, [equal, stale, gone]);
  const left = await latestRevision(scene.destination.store);
  await seed(scene.destination.store, [foreign]);

  const found = await find(range, ({ modRevision }) => modRevision <= left);

  assert.deepEqual(found.foreign.first, [foreign.key.toString()]);
  assert.equal(found.equal.keys, 1);
  assert.deepEqual(found.leftRevisions, new Set([left]));
});

async function compare(range: KeyRange) {
  const { foreign, equal, leftRevisions } = await find(range);
  assert.equal(leftRevisions.size, 0);
  return { foreign: foreign.first, count: foreign.count, equal: equal.keys };
}

async function find(range: KeyRange, isAsLeft?: (entry: StoredKeyValue) => boolean) {
  const sourceRevision = await latestRevision(scene.source.store);
  const sides = { ...scene.stores };
  return findForeignKeys({ ...sides, range, sourceRevision, isAsLeft });
}
