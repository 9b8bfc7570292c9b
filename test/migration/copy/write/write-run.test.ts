import assert from "node:assert/strict";
import { test } from "node:test";
import { copyPrefix } from "../../../../migration/copy/copy-prefix.ts";
import { CopyMismatchError } from "../../../../migration/copy/errors.ts";
import type { KeyValueStore } from "../../../../migration/copy/store/key-value-store.ts";
import { removeCopiedKeys } from "../../../../migration/copy/write/remove-copied-keys.ts";
import { verifyCopy } from "../../../../migration/copy/compare/verify-copy.ts";
import { EtcdUnreachableError } from "../../../../migration/etcd/errors.ts";
import type { EtcdStore } from "../../../../migration/etcd/etcd-store.ts";
import {
  bytesOf,
  contents,
  etcdPairOfFile,
  freshRange,
  identityOf,
  latestRevision,
  numbered,
  seed,
} from "../etcd-pair.ts";

const pair = etcdPairOfFile();

function lost(): Error {
  return new EtcdUnreachableError("https://127.0.0.1:1", "the connection was lost", undefined);
}

/** A destination whose createRun behaves otherwise. */
function withRuns(createRun: EtcdStore["createRun"]): KeyValueStore {
  const { store } = pair.destination;
  return { ...store, createRun };
}

async function copyTo(destination: KeyValueStore, range: ReturnType<typeof freshRange>) {
  const revision = await latestRevision(pair.source.store);
  return copyPrefix({ source: pair.source.store, destination, range, revision });
}

test("brings 512 keys with each request", async () => {
  const range = freshRange();
  const entries = numbered(range, 2_000);
  await seed(pair.source.store, entries);
  const sizes: number[] = [];
  const destination = withRuns((run) => {
    sizes.push(run.length);
    return pair.destination.store.createRun(run);
  });

  const outcome = await copyTo(destination, range);

  // The first page has 256 keys; the last batch is what is left of its page.
  assert.deepEqual(sizes, [256, 512, 512, 512, 208]);
  assert.equal(outcome.writtenRevisions.size, 5);
  assert.deepEqual(bytesOf(await contents(pair.destination.store, range)), bytesOf(entries));
});

for (const [name, apply] of [
  ["a reply that is lost after the run was created", true],
  ["a request that is lost before", false],
] as const) {
  test(`${name} costs nothing but another request, and the copy knows its own revisions`, async () => {
    const range = freshRange();
    const entries = numbered(range, 1_500);
    await seed(pair.source.store, entries);
    const seen = new Set<string>();
    const destination = withRuns(async (run) => {
      const first = run[0]?.key.toString() ?? "";
      if (!seen.has(first)) {
        seen.add(first);
        if (apply) await pair.destination.store.createRun(run);
        throw lost();
      }
      return pair.destination.store.createRun(run);
    });

    const outcome = await copyTo(destination, range);

    assert.equal(outcome.keysAlreadyThere, 0);
    const written = await contents(pair.destination.store, range);
    assert.deepEqual(bytesOf(written), bytesOf(entries));
    assert.deepEqual(outcome.writtenRevisions, new Set(written.map(({ modRevision }) => modRevision)));
    assert.deepEqual(
      written.map(({ createRevision }) => createRevision),
      written.map(({ modRevision }) => modRevision),
    );
    await removeCopiedKeys({ destination: pair.destination.store, range, writtenRevisions: outcome.writtenRevisions });
    assert.equal((await contents(pair.destination.store, range)).length, 0);
  });
}

test("a copy that is taken up again rewrites nothing and goes on key by key", async () => {
  const range = freshRange();
  const entries = numbered(range, 3_000);
  await seed(pair.source.store, entries);
  // In the midst of a run.
  await seed(pair.destination.store, entries.slice(700, 900));
  const before = identityOf(await contents(pair.destination.store, range));

  const outcome = await copyTo(pair.destination.store, range);

  const after = await contents(pair.destination.store, range);
  assert.equal(outcome.keysAlreadyThere, 200);
  assert.deepEqual(bytesOf(after), bytesOf(entries));
  assert.deepEqual(identityOf(after.slice(700, 900)), before);
});

test("a foreign key within a run is not touched, and no verification passes over it", async () => {
  const range = freshRange();
  await seed(pair.source.store, numbered(range, 1_000));
  const revision = await latestRevision(pair.source.store);
  const foreign = { key: range.key("volume-0000500-foreign"), value: Buffer.from("foreign") };
  await seed(pair.destination.store, [foreign]);

  await copyTo(pair.destination.store, range);

  const stored = (await contents(pair.destination.store, range)).find(({ key }) => key.equals(foreign.key));
  assert.deepEqual(stored?.value, foreign.value);
  assert.equal(stored.createRevision, stored.modRevision);
  const { store: source } = pair.source;
  await assert.rejects(
    verifyCopy({ source, destination: pair.destination.store, range, sourceRevision: revision }),
    CopyMismatchError,
  );
});
