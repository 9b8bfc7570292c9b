import assert from "node:assert/strict";
import { test } from "node:test";
import {
  afterVerifiedCopy,
  copyChanges,
  type CopyChangesOptions,
} from "../../../../migration/copy/changes/copy-changes.ts";
import { type CopiedState } from "../../../../migration/copy/copy-state.ts";
import { CopyConflictError, CopyInterruptedError } from "../../../../migration/copy/errors.ts";
import type { KeyRange, KeyValue } from "../../../../migration/copy/store/key-value-store.ts";
import { StoreError } from "../../../../migration/copy/store/store-error.ts";
import { verifyCopy } from "../../../../migration/copy/compare/verify-copy.ts";
import { altered, contents, identityOf, latestRevision, seed, copyScene } from "../copy-scene.ts";

const scene = copyScene();

test("carries what was changed, added and deleted since, touches nothing else, and verifies as a full copy does", async () => {
  const { range, entries, first } = await scene.firstPass(5_000);
  const [changed, deleted, recreated] = entries;
  assert(changed && deleted && recreated);
  const before = new Set(identityOf(await contents(scene.destination.store, range)));
  await put(changed.key, "changed");
  await scene.source.client.kv.deleteRange({ key: deleted.key });
  await scene.source.client.kv.deleteRange({ key: recreated.key });
  await put(recreated.key, "again");
  await put(range.key("zzz"), "added");

  const outcome = await carry(range, first);

  const { created, replaced, deleted: gone } = outcome;
  assert.deepEqual({ created, replaced, gone }, { created: 1, replaced: 2, gone: 1 });
  const after = identityOf(await contents(scene.destination.store, range));
  assert.equal(after.filter((identity) => before.has(identity)).length, 4_997);
  assert.equal(await verifiedKeys(range), 5_000);
});

test("writes nothing when nothing changed", async () => {
  const { range, first } = await scene.firstPass(500);
  const before = await latestRevision(scene.destination.store);

  const outcome = await carry(range, first);

  assert.deepEqual([outcome.created, outcome.replaced, outcome.deleted], [0, 0, 0]);
  assert.equal(await latestRevision(scene.destination.store), before);
});

test("reads the values of changed keys only", async () => {
  const { range, entries, first } = await scene.firstPass(500);
  const changed = entries[250];
  assert(changed);
  await put(changed.key, "changed");
  const read: string[] = [];
  const source = altered(scene.source.store, {
    range: async (request) => {
      const page = await scene.source.store.range(request);
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
  [
    "changed in the destination",
    (_, { key }) => scene.destination.client.kv.put({ key, value: Buffer.from("theirs") }),
  ],
  [
    "added to the destination",
    (range) => scene.destination.client.kv.put({ key: range.key("added"), value: Buffer.from("theirs") }),
  ],
];
for (const [what, disturb] of disturbances) {
  test(`refuses a key that another program ${what} since, and leaves it`, async () => {
    const { range, entries, first } = await scene.firstPass(50);
    const changed = entries[20];
    assert(changed);
    await put(changed.key, "changed");
    await disturb(range, changed);

    const failure: unknown = await carry(range, first).catch((error: unknown) => error);

    const cause = failure instanceof Error && failure.cause !== undefined ? failure.cause : failure;
    assert(cause instanceof CopyConflictError, String(failure));
    const values = (await contents(scene.destination.store, range)).map(({ value }) => value.toString());
    assert(values.includes("theirs"));
  });
}

test("a key that changes between being read and being replaced is left, and is a conflict", async () => {
  const { range, entries, first } = await scene.firstPass(50);
  const changed = entries[20];
  assert(changed);
  await put(changed.key, "changed");
  const destination = altered(scene.destination.store, {
    deleteUnchanged: async (keys) => {
      await scene.destination.client.kv.put({ key: changed.key, value: Buffer.from("just now") });
      return scene.destination.store.deleteUnchanged(keys);
    },
  });

  await assert.rejects(carry(range, first, { destination }), /already has other values/);

  const values = (await contents(scene.destination.store, range)).map(({ value }) => value.toString());
  assert(values.includes("just now"));
});

test("a pass that was interrupted is completed by the next one", async () => {
  const { range, entries, first } = await scene.firstPass(700);
  await overwrite(entries.slice(0, 600));
  let batches = 0;
  const destination = altered(scene.destination.store, {
    createAll: (batch) => {
      batches += 1;
      return batches > 2 ? Promise.reject(new Error("killed")) : scene.destination.store.createAll(batch);
    },
  });
  await assert.rejects(carry(range, first, { destination }), /killed/);

  await carry(range, first);

  assert.equal(await verifiedKeys(range), 700);
});

test("deletions whose replies are lost are counted once and are no error", async () => {
  const { range, entries, first } = await scene.firstPass(400);
  for (const { key } of entries.slice(0, 200)) await scene.source.client.kv.deleteRange({ key });
  await overwrite(entries.slice(200, 350));
  let lost = 0;
  const destination = altered(scene.destination.store, {
    deleteUnchanged: async (keys) => {
      const deleted = await scene.destination.store.deleteUnchanged(keys);
      lost += 1;
      if (lost % 2 === 1) throw new StoreError("transient", "the reply is lost");
      return deleted;
    },
  });

  const { created, replaced, deleted } = await carry(range, first, { destination });

  assert(lost > 2);
  assert.deepEqual({ created, replaced, deleted }, { created: 0, replaced: 150, deleted: 200 });
  assert.equal(await verifiedKeys(range), 200);
});

test("a key that another program writes anew when it has just been deleted is a conflict, and is left", async () => {
  const { range, entries, first } = await scene.firstPass(50);
  const gone = entries[7];
  assert(gone);
  await scene.source.client.kv.deleteRange({ key: gone.key });
  let calls = 0;
  const destination = altered(scene.destination.store, {
    deleteUnchanged: async (keys) => {
      const deleted = await scene.destination.store.deleteUnchanged(keys);
      calls += 1;
      if (calls > 1) return deleted;
      await scene.destination.client.kv.put({ key: gone.key, value: Buffer.from("theirs") });
      throw new StoreError("transient", "the reply is lost");
    },
  });

  const failure = await failureOf(carry(range, first, { destination }));

  assert(failure instanceof CopyInterruptedError && failure.cause instanceof CopyConflictError, String(failure));
  assert.deepEqual(failure.cause.keys, [gone.key.toString()]);
  const values = (await contents(scene.destination.store, range)).map(({ value }) => value.toString());
  assert(values.includes("theirs"));
});

test("keys that are there already, as an interrupted pass leaves them, are not counted as created", async () => {
  const { range, first } = await scene.firstPass(20);
  const added = Array.from({ length: 10 }, (_, index) => ({
    key: range.key(`zz-${index}`),
    value: Buffer.from("added"),
  }));
  await seed(scene.source.store, added);
  await seed(scene.destination.store, added.slice(0, 4));

  assert.equal((await carry(range, first)).created, 6);
  assert.equal(await verifiedKeys(range), 30);
});

test("neighbours are read together, several transactions are under way at a time, and no key is read twice", async () => {
  const { range, entries, first } = await scene.firstPass(3_000);
  await overwrite(entries.slice(500, 2_500));
  const counts = { reads: 0, keysRead: 0, underWay: 0, mostUnderWay: 0 };
  const source = altered(scene.source.store, {
    range: async (request) => {
      const page = await scene.source.store.range(request);
      if (request.keysOnly !== true && request.countOnly !== true) {
        counts.reads += 1;
        counts.keysRead += page.entries.length;
      }
      return page;
    },
  });
  const destination = altered(scene.destination.store, {
    createAll: async (batch) => {
      counts.underWay += 1;
      counts.mostUnderWay = Math.max(counts.mostUnderWay, counts.underWay);
      const outcome = await scene.destination.store.createAll(batch);
      counts.underWay -= 1;
      return outcome;
    },
  });

  const { replaced } = await carry(range, first, { source, destination });

  assert.deepEqual([replaced, counts.keysRead], [2_000, 2_000]);
  assert(counts.reads <= 20, `${counts.reads} reads`);
  assert(counts.mostUnderWay > 1, "one transaction after the other");
  assert.equal(await verifiedKeys(range), 3_000);
});

test("a source that fails while the changed values are read costs the destination nothing", async () => {
  const { range, entries, first } = await scene.firstPass(50);
  await overwrite(entries.slice(0, 10));
  const before = await latestRevision(scene.destination.store);
  const source = altered(scene.source.store, {
    range: (request) =>
      request.keysOnly === true || request.countOnly === true
        ? scene.source.store.range(request)
        : Promise.reject(new StoreError("compacted", "compacted away")),
  });

  await assert.rejects(carry(range, first, { source }), { name: "StoreError", kind: "compacted" });

  assert.equal(await latestRevision(scene.destination.store), before);
});

async function carry(range: KeyRange, first: CopiedState, changes: Partial<CopyChangesOptions> = {}) {
  return copyChanges({
    ...scene.stores,
    range,
    earlier: afterVerifiedCopy(first),
    revision: await latestRevision(scene.source.store),
    ...changes,
  });
}

async function verifiedKeys(range: KeyRange): Promise<number> {
  const sourceRevision = await latestRevision(scene.source.store);
  const both = { ...scene.stores };
  return (await verifyCopy({ ...both, range, sourceRevision })).keys;
}

async function put(key: Buffer, value: string): Promise<void> {
  await scene.source.client.kv.put({ key, value: Buffer.from(value) });
}

/** In the source, each with a value of its own. */
async function overwrite(entries: readonly KeyValue[]): Promise<void> {
  for (const { key } of entries) await put(key, `changed ${key.toString()}`);
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.fail("it was to fail, and succeeded"),
    (error: unknown) => error,
  );
}
