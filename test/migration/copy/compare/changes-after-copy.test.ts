import assert from "node:assert/strict";
import { test } from "node:test";
import { changesAfterCopy } from "../../../../migration/copy/compare/changes-after-copy.ts";
import { StoreError } from "../../../../migration/copy/store/store-error.ts";
import type { VerifiedCopy } from "../../../../migration/copy/compare/verify-copy.ts";
import { altered, copyScene } from "../copy-scene.ts";

const scene = copyScene();

async function copied() {
  const { range, first: copy } = await scene.firstPass(50);
  return { range, copy, first: range.key("volume-0000000") };
}

test("finds nothing in a source that nobody wrote to, or only beside the range", async () => {
  const { range, copy } = await copied();
  assert.equal(await changesAfterCopy(scene.source.store, range, copy), undefined);
  await scene.source.client.put("/elsewhere").value("1");
  assert.equal(await changesAfterCopy(scene.source.store, range, copy), undefined);
});

/** `large` is more than an etcd is asked to filter, so that the range is walked. */
const sizes: [string, (copy: VerifiedCopy) => VerifiedCopy][] = [
  ["small", (copy) => copy],
  ["large", (copy) => ({ ...copy, bytes: 2 ** 40 })],
];
for (const [size, sized] of sizes) {
  test(`sees what was replaced, created and deleted in a ${size} source`, async () => {
    const { range, copy, first } = await copied();
    await scene.source.client.put(first).value("new");
    assert.deepEqual(await changesAfterCopy(scene.source.store, range, sized(copy)), { written: 1, keys: 50 });
    await scene.source.client.put(range.key("new")).value("new");
    assert.deepEqual(await changesAfterCopy(scene.source.store, range, sized(copy)), { written: 2, keys: 51 });
    await scene.source.client.delete().key(first);
    assert.deepEqual(await changesAfterCopy(scene.source.store, range, sized(copy)), { written: 1, keys: 50 });
  });

  test(`sees a deletion alone in a ${size} source`, async () => {
    const { range, copy, first } = await copied();
    await scene.source.client.delete().key(first);
    assert.deepEqual(await changesAfterCopy(scene.source.store, range, sized(copy)), { written: 0, keys: 49 });
  });
}

test("walks the source when etcd's answer would be too large", async () => {
  const { range, copy, first } = await copied();
  await scene.source.client.put(first).value("new");
  const source = altered(scene.source.store, {
    range: (request) =>
      request.minModRevision === undefined
        ? scene.source.store.range(request)
        : Promise.reject(new StoreError("answerTooLarge", "too large")),
  });
  assert.deepEqual(await changesAfterCopy(source, range, copy), { written: 1, keys: 50 });
});
