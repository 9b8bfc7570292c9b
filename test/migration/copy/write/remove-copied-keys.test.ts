import assert from "node:assert/strict";
import { test } from "node:test";
import { copyPrefix } from "../../../../migration/copy/copy-prefix.ts";
import { removeCopiedKeys } from "../../../../migration/copy/write/remove-copied-keys.ts";
import { StoreError } from "../../../../migration/copy/store/store-error.ts";
import {
  altered,
  contents,
  freshRange,
  identityOf,
  latestRevision,
  numbered,
  seed,
  etcdPairOfFile,
} from "../etcd-pair.ts";

const pair = etcdPairOfFile();

test("removes what the copy wrote and nothing that was there before or was changed since", async () => {
  const range = freshRange();
  const entries = numbered(range, 1_500);
  await seed(pair.source.store, entries);
  await seed(pair.destination.store, entries.slice(0, 100));
  const outcome = await copy(range);
  const changed = entries[1_000];
  const replaced = entries[1_001];
  assert(changed && replaced);
  await pair.destination.client.kv.put({ key: changed.key, value: Buffer.from("changed since") });
  await pair.destination.client.kv.deleteRange({ key: replaced.key });
  await pair.destination.client.kv.put({ key: replaced.key, value: replaced.value });
  await pair.destination.client.kv.put({ key: range.key("foreign"), value: Buffer.from("theirs") });

  const removed = await removeCopiedKeys({ destination: pair.destination.store, range, ...outcome });

  assert.equal(removed, 1_400 - 2);
  const left = (await contents(pair.destination.store, range)).map(({ key }) => key.toString());
  const expected = [...entries.slice(0, 100), changed, replaced].map(({ key }) => key.toString());
  assert.deepEqual(left, [range.key("foreign").toString(), ...expected]);
});

test("leaves the keys of another copy of the same source alone", async () => {
  const range = freshRange();
  await seed(pair.source.store, numbered(range, 400));
  const first = await copy(range);
  const before = identityOf(await contents(pair.destination.store, range));
  const second = await copy(range);

  const removed = await removeCopiedKeys({ destination: pair.destination.store, range, ...second });

  assert.equal(removed, 0);
  assert.deepEqual(identityOf(await contents(pair.destination.store, range)), before);
  assert.equal(await removeCopiedKeys({ destination: pair.destination.store, range, ...first }), 400);
});

test("does not delete a key that changes between being listed and being deleted", async () => {
  const range = freshRange();
  const entries = numbered(range, 300);
  await seed(pair.source.store, entries);
  const outcome = await copy(range);
  const changed = entries[150];
  assert(changed);
  const destination = altered(pair.destination.store, {
    deleteUnchanged: async (keys) => {
      await pair.destination.client.kv.put({ key: changed.key, value: Buffer.from("just now") });
      return pair.destination.store.deleteUnchanged(keys);
    },
  });

  const removed = await removeCopiedKeys({ destination, range, ...outcome });

  assert.equal(removed, 299);
  const left = await contents(pair.destination.store, range);
  assert.deepEqual(
    left.map(({ value }) => value.toString()),
    ["just now"],
  );
});

test("repeats a deletion whose reply was lost", async () => {
  const range = freshRange();
  await seed(pair.source.store, numbered(range, 300));
  const outcome = await copy(range);
  let lost = 0;
  const destination = altered(pair.destination.store, {
    deleteUnchanged: async (keys) => {
      const deleted = await pair.destination.store.deleteUnchanged(keys);
      if (lost === 0) {
        lost += 1;
        throw new StoreError("transient", "the connection was lost");
      }
      return deleted;
    },
  });

  await removeCopiedKeys({ destination, range, ...outcome });

  assert.equal(lost, 1);
  assert.deepEqual(await contents(pair.destination.store, range), []);
});

async function copy(range: { from: Buffer; to: Buffer }) {
  const revision = await latestRevision(pair.source.store);
  return copyPrefix({ source: pair.source.store, destination: pair.destination.store, range, revision });
}
