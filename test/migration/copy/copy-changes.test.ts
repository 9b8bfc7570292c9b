import assert from "node:assert/strict";
import { test } from "node:test";
import { afterVerifiedCopy, copyChanges, type CopyChangesOptions } from "../../../migration/copy/copy-changes.ts";
import { copyState, type CopiedState } from "../../../migration/copy/copy-state.ts";
import { CopyConflictError } from "../../../migration/copy/errors.ts";
import type { KeyRange, KeyValue } from "../../../migration/copy/key-value-store.ts";
import { verifyCopy } from "../../../migration/copy/verify-copy.ts";
import {
  altered,
  contents,
  freshRange,
  identityOf,
  latestRevision,
  numbered,
  seed,
  etcdPairOfFile,
} from "./etcd-pair.ts";

const pair = etcdPairOfFile();

test("carries what was changed, added and deleted since, touches nothing else, and verifies as a full copy does", async () => {
  const { range, entries, first } = await firstPass(5_000);
  const [changed, deleted, recreated] = entries;
  assert(changed && deleted && recreated);
  const before = new Set(identityOf(await contents(pair.destination.store, range)));
  await put(changed.key, "changed");
  await pair.source.client.kv.deleteRange({ key: deleted.key });
  await pair.source.client.kv.deleteRange({ key: recreated.key });
  await put(recreated.key, "again");
  await put(range.key("zzz"), "added");

  const outcome = await carry(range, first);

  const { created, replaced, deleted: gone } = outcome;
  assert.deepEqual({ created, replaced, gone }, { created: 1, replaced: 2, gone: 1 });
  const after = identityOf(await contents(pair.destination.store, range));
  assert.equal(after.filter((identity) => before.has(identity)).length, 4_997);
  assert.equal(await verifiedKeys(range), 5_000);
});

test("writes nothing when nothing changed", async () => {
  const { range, first } = await firstPass(500);
  const before = await latestRevision(pair.destination.store);

  const outcome = await carry(range, first);

  assert.deepEqual([outcome.created, outcome.replaced, outcome.deleted], [0, 0, 0]);
  assert.equal(await latestRevision(pair.destination.store), before);
});

test("reads the values of changed keys only", async () => {
  const { range, entries, first } = await firstPass(500);
  const changed = entries[250];
  assert(changed);
  await put(changed.key, "changed");
  const read: string[] = [];
  const source = altered(pair.source.store, {
    range: async (request) => {
      const page = await pair.source.store.range(request);
      read.push(...page.entries.filter(({ value }) => value.length > 0).map(({ key }) => key.toString()));
      return page;
    },
  });

  await carry(range, first, { source });

  assert.deepEqual(read, [changed.key.toString()]);
});

const disturbances: [
  string,
  (range: KeyRange & { key(name: string): Buffer }, changed: KeyValue) => Promise<unknown>,
][] = [
  ["changed in the destination", (_, { key }) => pair.destination.client.kv.put({ key, value: Buffer.from("theirs") })],
  [
    "added to the destination",
    (range) => pair.destination.client.kv.put({ key: range.key("added"), value: Buffer.from("theirs") }),
  ],
];
for (const [what, disturb] of disturbances) {
  test(`refuses a key that another program ${what} since, and leaves it`, async () => {
    const { range, entries, first } = await firstPass(50);
    const changed = entries[20];
    assert(changed);
    await put(changed.key, "changed");
    await disturb(range, changed);

    const failure: unknown = await carry(range, first).catch((error: unknown) => error);

    const cause = failure instanceof Error && failure.cause !== undefined ? failure.cause : failure;
    assert(cause instanceof CopyConflictError, String(failure));
    const values = (await contents(pair.destination.store, range)).map(({ value }) => value.toString());
    assert(values.includes("theirs"));
  });
}

test("a key that changes between being read and being replaced is left, and is a conflict", async () => {
  const { range, entries, first } = await firstPass(50);
  const changed = entries[20];
  assert(changed);
  await put(changed.key, "changed");
  const destination = altered(pair.destination.store, {
    deleteUnchanged: async (keys) => {
      await pair.destination.client.kv.put({ key: changed.key, value: Buffer.from("just now") });
      return pair.destination.store.deleteUnchanged(keys);
    },
  });

  await assert.rejects(carry(range, first, { destination }), /already has other values/);

  const values = (await contents(pair.destination.store, range)).map(({ value }) => value.toString());
  assert(values.includes("just now"));
});

test("a pass that was interrupted is completed by the next one", async () => {
  const { range, entries, first } = await firstPass(300);
  for (const { key } of entries.slice(0, 100)) {
    await put(key, "changed");
  }
  let batches = 0;
  const destination = altered(pair.destination.store, {
    createAll: (batch) => {
      batches += 1;
      return batches > 2 ? Promise.reject(new Error("killed")) : pair.destination.store.createAll(batch);
    },
  });
  await assert.rejects(carry(range, first, { destination }), /killed/);

  await carry(range, first);

  assert.equal(await verifiedKeys(range), 300);
});

async function firstPass(count: number) {
  const range = freshRange();
  const entries = numbered(range, count);
  await seed(pair.source.store, entries);
  const first = await copyState({ source: pair.source.store, destination: pair.destination.store, range });
  return { range, entries, first };
}

async function carry(range: KeyRange, first: CopiedState, changes: Partial<CopyChangesOptions> = {}) {
  return copyChanges({
    source: pair.source.store,
    destination: pair.destination.store,
    range,
    earlier: afterVerifiedCopy(first),
    revision: await latestRevision(pair.source.store),
    ...changes,
  });
}

async function verifiedKeys(range: KeyRange): Promise<number> {
  const sourceRevision = await latestRevision(pair.source.store);
  const both = { source: pair.source.store, destination: pair.destination.store };
  return (await verifyCopy({ ...both, range, sourceRevision })).keys;
}

async function put(key: Buffer, value: string): Promise<void> {
  await pair.source.client.kv.put({ key, value: Buffer.from(value) });
}
