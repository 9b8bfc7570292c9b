import assert from "node:assert/strict";
import { test } from "node:test";
import { findForeignKeys } from "../../../../migration/copy/compare/foreign-keys.ts";
import type { KeyRange } from "../../../../migration/copy/store/key-value-store.ts";
import { freshRange, latestRevision, numbered, putLeased, seed, etcdPairOfFile } from "../etcd-pair.ts";

const pair = etcdPairOfFile();

test("an empty destination holds nothing foreign", async () => {
  const range = freshRange();
  await seed(pair.source.store, numbered(range, 10));

  assert.deepEqual(await compare(range), { foreign: [], foreignCount: 0, equalCount: 0 });
});

test("keys that an interrupted copy left are equal, not foreign", async () => {
  const range = freshRange();
  const entries = numbered(range, 1_000);
  await seed(pair.source.store, entries);
  await seed(pair.destination.store, entries.slice(300, 600));

  assert.deepEqual(await compare(range), { foreign: [], foreignCount: 0, equalCount: 300 });
});

test("finds a key that the source does not have, one with another value and one with a lease", async () => {
  const range = freshRange();
  const entries = numbered(range, 20);
  await seed(pair.source.store, entries);
  const [first, second, third] = entries;
  assert(first && second && third);
  await seed(pair.destination.store, [first, { key: second.key, value: Buffer.from("other") }]);
  await seed(pair.destination.store, [{ key: range.key("someone-else"), value: Buffer.from("theirs") }]);
  await putLeased(pair.destination, third);

  assert.deepEqual(await compare(range), {
    foreign: [range.key("someone-else"), second.key, third.key].map(String),
    foreignCount: 3,
    equalCount: 1,
  });
});

test("names ten of many foreign keys and counts all", async () => {
  const range = freshRange();
  await seed(pair.destination.store, numbered(range, 700));

  const { foreign, foreignCount } = await compare(range);

  assert.equal(foreign.length, 10);
  assert.equal(foreignCount, 700);
});

async function compare(range: KeyRange) {
  const sourceRevision = await latestRevision(pair.source.store);
  return findForeignKeys({ source: pair.source.store, destination: pair.destination.store, range, sourceRevision });
}
