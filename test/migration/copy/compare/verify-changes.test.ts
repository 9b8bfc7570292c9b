import assert from "node:assert/strict";
import { test } from "node:test";
import { afterVerifiedCopy, copyChanges } from "../../../../migration/copy/changes/copy-changes.ts";
import { type CopiedState } from "../../../../migration/copy/copy-state.ts";
import type { KeyRange, KeyValue, RangeRequest } from "../../../../migration/copy/store/key-value-store.ts";
import { verifyChanges } from "../../../../migration/copy/compare/verify-changes.ts";
import { altered, copyScene, latestRevision } from "../copy-scene.ts";

const scene = copyScene();

test("answers with the number of keys when neither side was written to, and reads none of them", async () => {
  const { range, first } = await scene.firstPass(300);
  const asked: RangeRequest[] = [];
  assert.equal(await compare(range, first, asked), 300);
  assert.deepEqual(asked, []);
});

test("compares what was carried over, and no more", async () => {
  const { range, entries, first } = await scene.firstPass(300);
  await putInSource(entries[10], "changed");
  await putInSource(entries[11], "changed, too");
  await scene.source.client.put(range.key("zzz")).value("added");
  await carry(range, first);
  const asked: RangeRequest[] = [];
  assert.equal(await compare(range, first, asked), 301);
  assert.deepEqual(
    asked.map(({ minModRevision }) => minModRevision),
    [first.sourceRevision + 1n, first.destinationRevision + 1n],
  );
});

test("leaves it to a full verification when a change was not carried over, differs, or is somebody else's", async () => {
  for (const sides of [["source"], ["source", "destination"], ["destination"]] as const) {
    const { range, entries, first } = await scene.firstPass(300);
    for (const side of sides) await scene[side].client.put(entries[10]?.key ?? "").value(`written to the ${side}`);
    assert.equal(await compare(range, first), undefined);
  }
});

test("can't tell when a deletion was not carried over, or somebody else deleted a key", async () => {
  for (const side of ["source", "destination"] as const) {
    const { range, entries, first } = await scene.firstPass(300);
    await scene[side].client.delete().key(entries[5]?.key ?? "");
    assert.equal(await compare(range, first), undefined);
  }
});

test("tells with deletions that were carried over", async () => {
  const { range, entries, first } = await scene.firstPass(300);
  await scene.source.client.delete().key(entries[5]?.key ?? "");
  await carry(range, first);
  assert.equal(await compare(range, first), 299);
});

test("can't tell when more was written than is read at once", async () => {
  const { range, entries, first } = await scene.firstPass(1_200);
  for (let start = 0; start < entries.length; start += 100) {
    const puts = entries
      .slice(start, start + 100)
      .map(({ key }) => ({ request_put: { key, value: Buffer.from("new") } }));
    await scene.source.client.kv.txn({ success: puts });
  }
  await carry(range, first);
  assert.equal(await compare(range, first), undefined);
});

test("can't tell of a range that is too large to be filtered, or of a source that has lost revisions", async () => {
  const { range, entries, first } = await scene.firstPass(10);
  await putInSource(entries[0], "changed");
  await carry(range, first);
  assert.equal(await compare(range, first), 10);
  assert.equal(await compare(range, { ...first, bytes: 65 * 1024 * 1024 }), undefined);
  assert.equal(await compare(range, { ...first, sourceRevision: first.sourceRevision + 1_000n }), undefined);
});

async function carry(range: KeyRange, first: CopiedState): Promise<void> {
  const revision = await latestRevision(scene.source.store);
  const sides = { ...scene.stores, range };
  await copyChanges({ ...sides, revision, earlier: afterVerifiedCopy(first) });
}

async function compare(
  range: KeyRange,
  verified: Pick<CopiedState, "sourceRevision" | "destinationRevision" | "keys" | "bytes">,
  asked: RangeRequest[] = [],
): Promise<number | undefined> {
  const noting = (store: typeof scene.source.store) =>
    altered(store, {
      range: (request) => {
        asked.push(request);
        return store.range(request);
      },
    });
  const [sourceRevision, destinationRevision] = await Promise.all([
    latestRevision(scene.source.store),
    latestRevision(scene.destination.store),
  ]);
  const sides = { source: noting(scene.source.store), destination: noting(scene.destination.store), range };
  return verifyChanges({ ...sides, verified, sourceRevision, destinationRevision });
}

async function putInSource(entry: KeyValue | undefined, value: string): Promise<void> {
  await scene.source.client.put(entry?.key ?? "").value(value);
}
