import assert from "node:assert/strict";
import { test } from "node:test";
import { copyState } from "../../../migration/copy/copy-state.ts";
import {
  CopyConflictError,
  CopyInterruptedError,
  EmptySourceError,
  ForeignKeysInDestinationError,
  LeasedKeysError,
  MembersDisagreeError,
  SameStoreError,
} from "../../../migration/copy/errors.ts";
import type { MemberHash } from "../../../migration/copy/store/key-value-store.ts";
import {
  altered,
  bytesOf,
  contents,
  freshRange,
  latestRevision,
  numbered,
  putLeased,
  seed,
  copyScene,
} from "./copy-scene.ts";

const scene = copyScene();

test("copies, verifies and says what was there before", async () => {
  const { range, entries } = await scene.filled(1_000);
  await seed(scene.destination.store, entries.slice(0, 300));
  const phases = new Set<string>();

  const copied = await copyState({ ...scene.stores, range, onProgress: ({ phase }) => phases.add(phase) });

  assert.deepEqual([copied.keys, copied.keysAlreadyThere], [1_000, 300]);
  assert.deepEqual([...phases], ["checking", "copying", "verifying"]);
  assert.deepEqual(bytesOf(await contents(scene.destination.store, range)), bytesOf(entries));
});

test("when the revision is compacted away in its midst, copies a later one, deletions and changes included", async () => {
  const { range, entries } = await scene.filled(3_000);
  const [first, second] = entries;
  assert(first && second);
  let written = 0;
  let compacted = false;
  // The checks before the copy read values, too.
  let checked = false;
  const destination = altered(scene.destination.store, {
    createAll: async (batch) => {
      const outcome = await scene.destination.store.createAll(batch);
      written += 1;
      return outcome;
    },
  });
  const source = altered(scene.source.store, {
    range: async (request) => {
      // Once the first page is written: its first keys are then out of date in the destination.
      if (written > 0 && !compacted && request.keysOnly !== true && request.revision !== undefined) {
        compacted = true;
        await scene.source.client.kv.deleteRange({ key: first.key });
        await scene.source.client.kv.put({ key: second.key, value: Buffer.from("changed") });
        await scene.source.client.kv.compact({ revision: (await latestRevision(scene.source.store)).toString() });
      }
      return scene.source.store.range(request);
    },
  });
  let ended = false;
  const slowSource = altered(source, {
    range: async (request) => {
      // The second page is prefetched before anything is written: it has to wait for that.
      while (
        checked &&
        written === 0 &&
        !ended &&
        request.keysOnly !== true &&
        request.limit !== 256 &&
        !isCount(request)
      ) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return source.range(request);
    },
  });

  const onProgress = () => {
    checked = true;
  };
  const copied = await copyState({ source: slowSource, destination, range, onProgress }).finally(() => {
    ended = true;
  });

  assert(compacted, "nothing was compacted");
  assert.equal(copied.keys, 2_999);
  const expected = [{ key: second.key, value: Buffer.from("changed") }, ...entries.slice(2)];
  assert.deepEqual(bytesOf(await contents(scene.destination.store, range)), bytesOf(expected));
});

test("refuses an empty source, leases, foreign keys and the same cluster before it writes", async () => {
  const [empty, leased, foreign] = [freshRange(), freshRange(), freshRange()];
  await putLeased(scene.source, { key: leased.key("a"), value: Buffer.from("1") });
  await seed(scene.source.store, numbered(foreign, 3));
  await seed(scene.destination.store, [{ key: foreign.key("theirs"), value: Buffer.from("2") }]);
  const before = await latestRevision(scene.destination.store);

  await assert.rejects(copyState({ ...scene.stores, range: empty }), EmptySourceError);
  await assert.rejects(copyState({ ...scene.stores, range: leased }), LeasedKeysError);
  await assert.rejects(copyState({ ...scene.stores, range: foreign }), ForeignKeysInDestinationError);
  const self = { source: scene.source.store, destination: scene.source.store };
  await assert.rejects(copyState({ ...self, range: foreign }), SameStoreError);

  assert.equal(await latestRevision(scene.destination.store), before);
});

test("copies nothing, and keys without their leases, when that is asked for", async () => {
  const [empty, leased] = [freshRange(), freshRange()];
  const entry = { key: leased.key("a"), value: Buffer.from("1") };
  await putLeased(scene.source, entry);

  assert.equal((await copyState({ ...scene.stores, range: empty, allowEmptySource: true })).keys, 0);
  assert.equal((await copyState({ ...scene.stores, range: leased, leases: "copy-without" })).keys, 1);

  const [copied] = await contents(scene.destination.store, leased);
  assert.equal(copied?.lease, 0n);
});

const one: MemberHash = { address: "https://a:2379", clusterId: "1", hash: 7, compactRevision: -1n };
const disagreements: [string, readonly MemberHash[], RegExp][] = [
  ["hold different data", [one, { ...one, address: "https://b:2379", hash: 8 }], /different data .*HashKV/],
  ["belong to two clusters", [one, { ...one, address: "https://b:2379", clusterId: "2" }], /different etcd clusters/],
];
for (const [what, hashes, message] of disagreements) {
  test(`refuses a source whose members ${what}`, async () => {
    const { range } = await scene.filled(3);
    const source = { ...altered(scene.source.store, {}), memberHashes: () => Promise.resolve(hashes) };
    await assert.rejects(copyState({ ...scene.stores, source, range }), (error: Error) => {
      assert(error instanceof MembersDisagreeError);
      assert.match(error.message, message);
      return true;
    });
  });
}

test("does not compare members that were compacted at different revisions", async () => {
  const { range } = await scene.filled(3);
  const hashes = [one, { ...one, address: "https://b:2379", hash: 8, compactRevision: 5n }];
  const source = { ...altered(scene.source.store, {}), memberHashes: () => Promise.resolve(hashes) };

  assert.equal((await copyState({ ...scene.stores, source, range })).keys, 3);
});

test("a value that another program writes in its midst is a conflict", async () => {
  const { range, entries } = await scene.filled(2_000);
  const last = entries.at(-1);
  assert(last);
  const failure: unknown = await copyState({
    ...scene.stores,
    range,
    destination: altered(scene.destination.store, {
      createAll: async (batch) => {
        await scene.destination.client.kv.put({ key: last.key, value: Buffer.from("theirs") });
        return scene.destination.store.createAll(batch);
      },
    }),
  }).catch((error: unknown) => error);
  assert(failure instanceof CopyInterruptedError);
  assert(failure.cause instanceof CopyConflictError);
});

function isCount({ countOnly }: { readonly countOnly?: boolean }): boolean {
  return countOnly === true;
}
