import assert from "node:assert/strict";
import { test } from "node:test";
import { copyPrefix, type CopyProgress } from "../../../migration/copy/copy-prefix.ts";
import { CopyConflictError, EmptySourceError, LeasedKeysError } from "../../../migration/copy/errors.ts";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import { removeCopiedKeys } from "../../../migration/copy/write/remove-copied-keys.ts";
import { verifyCopy } from "../../../migration/copy/compare/verify-copy.ts";
import {
  altered,
  bytesOf,
  contents,
  freshRange,
  identityOf,
  latestRevision,
  putLeased,
  seed,
  copyScene,
  interruptionOf,
} from "./copy-scene.ts";

const scene = copyScene();

test("copies every byte of keys and values, whatever they are", async () => {
  const range = freshRange();
  const entries = [
    { key: range.key(""), value: Buffer.from("the key equal to the prefix") },
    { key: range.key("__proto__"), value: Buffer.from("a name that objects stumble over") },
    { key: range.key("constructor"), value: Buffer.alloc(0) },
    { key: Buffer.concat([range.key("nul"), Buffer.of(0)]), value: Buffer.of(0, 0, 1) },
    { key: Buffer.concat([range.key("bytes"), Buffer.of(0x80, 0xc3, 0x28, 0xff)]), value: Buffer.of(0xff, 0xfe, 0x00) },
    { key: Buffer.concat([range.key("last"), Buffer.of(0xff, 0xff)]), value: Buffer.from("äöü€") },
    { key: range.key("mebibyte"), value: Buffer.alloc(1024 * 1024, "0123456789abcdef") },
  ];
  await seed(scene.source.store, entries);

  const outcome = await scene.copy(range);

  const expected = [...entries].sort((left, right) => left.key.compare(right.key));
  assert.deepEqual(bytesOf(await contents(scene.destination.store, range)), bytesOf(expected));
  const bytes = entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  assert.deepEqual(pick(outcome), { keys: 7, bytes, keysAlreadyThere: 0 });
});

test("copies a prefix that ends in 0xFF, and nothing beside it", async () => {
  const prefix = Buffer.of(0x78, 0xff);
  const inside = [
    { key: Buffer.of(0x78, 0xff), value: Buffer.from("the prefix itself") },
    { key: Buffer.of(0x78, 0xff, 0xff, 0xff), value: Buffer.from("its last") },
  ];
  const outside = [
    { key: Buffer.of(0x78, 0xfe, 0xff), value: Buffer.from("before") },
    { key: Buffer.of(0x79), value: Buffer.from("after") },
  ];
  await seed(scene.source.store, [...inside, ...outside]);

  await scene.copy(prefixRange(prefix));

  const around = await contents(scene.destination.store, { from: Buffer.of(0x78), to: Buffer.of(0x7a) });
  assert.deepEqual(bytesOf(around), bytesOf(inside));
});

test("copies the state at the pinned revision, whatever is written to the source meanwhile", async () => {
  const { range, entries } = await scene.filled(9_000, 16);
  const revision = await latestRevision(scene.source.store);
  const [first, second] = entries;
  const last = entries.at(-1);
  assert(first && second && last);
  let pages = 0;
  const source = altered(scene.source.store, {
    range: async (request) => {
      pages += 1;
      await scene.source.client.kv.put({ key: first.key, value: Buffer.from("changed") });
      await scene.source.client.kv.put({ key: last.key, value: Buffer.from("changed") });
      await scene.source.client.kv.deleteRange({ key: second.key });
      await scene.source.client.kv.put({ key: range.key("zzz"), value: Buffer.from("added") });
      return scene.source.store.range(request);
    },
  });

  await copyPrefix({ source, destination: scene.destination.store, range, revision });

  assert(pages > 2, `the source was to change between pages; there were ${pages}`);
  assert.deepEqual(bytesOf(await contents(scene.destination.store, range)), bytesOf(entries));
});

test("copies 20,000 keys in several pages, with progress that ends at all of them", async () => {
  const { range, entries } = await scene.filled(20_000, 100);
  const progress: CopyProgress[] = [];
  let pages = 0;
  const source = altered(scene.source.store, {
    range: (request) => {
      pages += 1;
      return scene.source.store.range(request);
    },
  });
  const revision = await latestRevision(scene.source.store);

  const outcome = await copyPrefix({
    source,
    destination: scene.destination.store,
    range,
    revision,
    onProgress: (step) => progress.push(step),
  });

  assert(pages > 3);
  assert.deepEqual(progress.at(-1), { keysCopied: 20_000, keysTotal: 20_000, bytesCopied: outcome.bytes });
  assert(progress.every(({ keysCopied }, index) => keysCopied > (progress[index - 1]?.keysCopied ?? 0)));
  const verified = await verifyCopy({
    ...scene.stores,
    range,
    sourceRevision: revision,
  });
  assert.equal(verified.keys, 20_000);
  assert.deepEqual(bytesOf(await contents(scene.destination.store, range)), bytesOf(entries));
});

test("refuses an empty source before anything is written", async () => {
  const range = freshRange();
  await assert.rejects(scene.copy(range), (error: Error) => {
    assert(error instanceof EmptySourceError);
    assert(error.message.includes(range.from.toString()));
    return true;
  });
});

test("refuses keys with leases, with their count, before anything is written", async () => {
  const { range } = await scene.filled(5);
  for (const name of ["a", "b", "c"]) {
    await putLeased(scene.source, { key: range.key(name), value: Buffer.from("leased") });
  }

  await assert.rejects(scene.copy(range), (error: Error) => {
    assert(error instanceof LeasedKeysError);
    assert.equal(error.count, 3);
    assert(error.message.includes(range.key("a").toString()));
    return true;
  });
  assert.deepEqual(await contents(scene.destination.store, range), []);
});

test("names a key that has another value in the destination and leaves it as it is", async () => {
  const { range, entries } = await scene.filled(1_000);
  const [taken] = entries.slice(700);
  assert(taken);
  await seed(scene.destination.store, [{ key: taken.key, value: Buffer.from("a secret of someone else") }]);
  const before = identityOf(await contents(scene.destination.store, range));

  const failure = await interruptionOf(scene.copy(range));

  assert(failure.cause instanceof CopyConflictError);
  assert.deepEqual(failure.cause.keys, [taken.key.toString()]);
  assert(!failure.message.includes("secret"));
  // What other transactions wrote before the conflict was met is taken back by the revisions that the error carries.
  const { writtenRevisions, unanswered } = failure;
  await removeCopiedKeys({ destination: scene.destination.store, range, writtenRevisions, unanswered });
  assert.deepEqual(identityOf(await contents(scene.destination.store, range)), before);
});

test("counts an equal key with a lease as a conflict: it would vanish", async () => {
  const { range, entries } = await scene.filled(1);
  const [entry] = entries;
  assert(entry);
  await putLeased(scene.destination, entry);

  const failure = await interruptionOf(scene.copy(range));

  assert(failure.cause instanceof CopyConflictError);
});

function pick({ keys, bytes, keysAlreadyThere }: Awaited<ReturnType<typeof copyPrefix>>) {
  return { keys, bytes, keysAlreadyThere };
}
