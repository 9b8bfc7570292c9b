import assert from "node:assert/strict";
import { test } from "node:test";
import { removeCopiedKeys } from "../../../../migration/copy/write/remove-copied-keys.ts";
import { StoreError } from "../../../../migration/copy/store/store-error.ts";
import { altered, contents, identityOf, seed, copyScene } from "../copy-scene.ts";

const scene = copyScene();

test("removes what the copy wrote and nothing that was there before or was changed since", async () => {
  const { range, entries } = await scene.filled(1_500);
  await seed(scene.destination.store, entries.slice(0, 100));
  const outcome = await scene.copy(range);
  const changed = entries[1_000];
  const replaced = entries[1_001];
  assert(changed && replaced);
  await scene.destination.client.kv.put({ key: changed.key, value: Buffer.from("changed since") });
  await scene.destination.client.kv.deleteRange({ key: replaced.key });
  await scene.destination.client.kv.put({ key: replaced.key, value: replaced.value });
  await scene.destination.client.kv.put({ key: range.key("foreign"), value: Buffer.from("theirs") });

  const removed = await removeCopiedKeys({ destination: scene.destination.store, range, ...outcome });

  assert.equal(removed, 1_400 - 2);
  const left = (await contents(scene.destination.store, range)).map(({ key }) => key.toString());
  const expected = [...entries.slice(0, 100), changed, replaced].map(({ key }) => key.toString());
  assert.deepEqual(left, [range.key("foreign").toString(), ...expected]);
});

test("leaves the keys of another copy of the same source alone", async () => {
  const { range } = await scene.filled(400);
  const first = await scene.copy(range);
  const before = identityOf(await contents(scene.destination.store, range));
  const second = await scene.copy(range);

  const removed = await removeCopiedKeys({ destination: scene.destination.store, range, ...second });

  assert.equal(removed, 0);
  assert.deepEqual(identityOf(await contents(scene.destination.store, range)), before);
  assert.equal(await removeCopiedKeys({ destination: scene.destination.store, range, ...first }), 400);
});

test("does not delete a key that changes between being listed and being deleted", async () => {
  const { range, entries } = await scene.filled(300);
  const outcome = await scene.copy(range);
  const changed = entries[150];
  assert(changed);
  const destination = altered(scene.destination.store, {
    deleteUnchanged: async (keys) => {
      await scene.destination.client.kv.put({ key: changed.key, value: Buffer.from("just now") });
      return scene.destination.store.deleteUnchanged(keys);
    },
  });

  const removed = await removeCopiedKeys({ destination, range, ...outcome });

  assert.equal(removed, 299);
  const left = await contents(scene.destination.store, range);
  assert.deepEqual(
    left.map(({ value }) => value.toString()),
    ["just now"],
  );
});

test("repeats a deletion whose reply was lost", async () => {
  const { range } = await scene.filled(300);
  const outcome = await scene.copy(range);
  let lost = 0;
  const destination = altered(scene.destination.store, {
    deleteUnchanged: async (keys) => {
      const deleted = await scene.destination.store.deleteUnchanged(keys);
      if (lost === 0) {
        lost += 1;
        throw new StoreError("transient", "the connection was lost");
      }
      return deleted;
    },
  });

  await removeCopiedKeys({ destination, range, ...outcome });

  assert.equal(lost, 1);
  assert.deepEqual(await contents(scene.destination.store, range), []);
});
