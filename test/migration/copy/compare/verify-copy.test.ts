import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { CopyMismatchError } from "../../../../migration/copy/errors.ts";
import type { KeyRange, KeyValue } from "../../../../migration/copy/store/key-value-store.ts";
import { verifyCopy, type VerifyProgress } from "../../../../migration/copy/compare/verify-copy.ts";
import { altered, freshRange, latestRevision, putLeased, seed, copyScene } from "../copy-scene.ts";

const scene = copyScene();

test("verifies an exact copy, with counts and both revisions", async () => {
  const { range, entries, sourceRevision } = await copied(3_000);
  const progress: VerifyProgress[] = [];

  const verified = await verify(range, sourceRevision, (step) => progress.push(step));

  assert.equal(verified.keys, 3_000);
  assert.equal(
    verified.bytes,
    entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0),
  );
  assert.equal(verified.sourceRevision, sourceRevision);
  assert.equal(verified.destinationRevision, await latestRevision(scene.destination.store));
  assert.deepEqual(progress.at(-1), { keysCompared: 3_000, keysTotal: 3_000 });
});

test("the SHA-256 is over length-framed keys and values, whatever the pages", async () => {
  const { range, entries, sourceRevision } = await copied(3_000);
  const onePageAtATime = altered(scene.destination.store, {
    range: (request) => scene.destination.store.range({ ...request, limit: Math.min(request.limit ?? 7, 7) }),
  });

  const verified = await verify(range, sourceRevision);
  const again = await verifyCopy({ source: scene.source.store, destination: onePageAtATime, range, sourceRevision });

  assert.equal(verified.sha256, framedDigest(entries));
  assert.equal(again.sha256, verified.sha256);
});

test("keys and values that only together have the same bytes have another SHA-256", async () => {
  const left = freshRange();
  const right = freshRange();
  await seed(scene.source.store, [{ key: left.key("ab"), value: Buffer.from("c") }]);
  await seed(scene.source.store, [{ key: right.key("a"), value: Buffer.from("bc") }]);
  const sourceRevision = await latestRevision(scene.source.store);
  const self = { source: scene.source.store, destination: scene.source.store, sourceRevision };

  const digests = await Promise.all([verifyCopy({ ...self, range: left }), verifyCopy({ ...self, range: right })]);

  assert.notEqual(digests[0].sha256, digests[1].sha256);
  assert.equal(digests[0].bytes, digests[1].bytes);
});

test("lists a key whose value has one bit flipped, and never the value", async () => {
  const { range, entries, sourceRevision } = await copied(2_000);
  const victim = entries[1_234];
  assert(victim);
  const flipped = Buffer.from(victim.value);
  flipped.writeUInt8(flipped.readUInt8(100) ^ 1, 100);
  await scene.destination.client.kv.put({ key: victim.key, value: flipped });

  const mismatch = await mismatchOf(verify(range, sourceRevision));

  assert.deepEqual(mismatch.different, { count: 1, first: [victim.key.toString()] });
  assert.equal(mismatch.missing.count + mismatch.extra.count, 0);
  assert(mismatch.message.includes(victim.key.toString()));
  assert(!mismatch.message.includes("value of"));
});

test("lists a removed key", async () => {
  const { range, entries, sourceRevision } = await copied(500);
  const victim = entries.at(-1);
  assert(victim);
  await scene.destination.client.kv.deleteRange({ key: victim.key });

  const mismatch = await mismatchOf(verify(range, sourceRevision));

  assert.deepEqual(mismatch.missing, { count: 1, first: [victim.key.toString()] });
  assert.equal(mismatch.different.count + mismatch.extra.count, 0);
});

test("lists an added key, and no more than ten of many", async () => {
  const { range, sourceRevision } = await copied(50);
  const added = Array.from({ length: 25 }, (_, index) => ({ key: range.key(`x${index}`), value: Buffer.from("new") }));
  await seed(scene.destination.store, added);

  const mismatch = await mismatchOf(verify(range, sourceRevision));

  assert.equal(mismatch.extra.count, 25);
  assert.equal(mismatch.extra.first.length, 10);
  assert.equal(mismatch.extra.first[0], range.key("x0").toString());
});

test("an equal key that has a lease only in the destination is a difference", async () => {
  const { range, entries, sourceRevision } = await copied(3);
  const victim = entries[1];
  assert(victim);
  await putLeased(scene.destination, victim);

  const mismatch = await mismatchOf(verify(range, sourceRevision));

  assert.deepEqual(mismatch.different.first, [victim.key.toString()]);
});

test("compares with the revision that was copied, not with what the source became since", async () => {
  const { range, entries, sourceRevision } = await copied(100);
  const changed = entries[50];
  assert(changed);
  await scene.source.client.kv.put({ key: changed.key, value: Buffer.from("later") });

  assert.equal((await verify(range, sourceRevision)).keys, 100);
  const mismatch = await mismatchOf(verify(range, await latestRevision(scene.source.store)));
  assert.deepEqual(mismatch.different.first, [changed.key.toString()]);
});

test("is not misled by what is written to the destination while it reads", async () => {
  const { range, entries, sourceRevision } = await copied(3_000);
  const destination = altered(scene.destination.store, {
    range: async (request) => {
      const page = await scene.destination.store.range(request);
      const last = entries.at(-1);
      assert(last);
      await scene.destination.client.kv.put({ key: last.key, value: Buffer.from("while verifying") });
      return page;
    },
  });

  const verified = await verifyCopy({ source: scene.source.store, destination, range, sourceRevision });

  assert.equal(verified.sha256, framedDigest(entries));
});

async function copied(count: number) {
  const { range, entries } = await scene.filled(count);
  const sourceRevision = await latestRevision(scene.source.store);
  await scene.copy(range);
  return { range, entries, sourceRevision };
}

function verify(range: KeyRange, sourceRevision: bigint, onProgress?: (progress: VerifyProgress) => void) {
  return verifyCopy({
    ...scene.stores,
    range,
    sourceRevision,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

async function mismatchOf(verifying: Promise<unknown>): Promise<CopyMismatchError> {
  const failure: unknown = await verifying.catch((error: unknown) => error);
  assert(failure instanceof CopyMismatchError);
  return failure;
}

/** The definition again, one update at a time. */
function framedDigest(entries: readonly KeyValue[]): string {
  const hash = createHash("sha256");
  for (const { key, value } of entries) {
    for (const part of [key, value]) {
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(part.length));
      hash.update(length).update(part);
    }
  }
  return hash.digest("hex");
}
