import assert from "node:assert/strict";
import { test } from "node:test";
import { CopyMismatchError } from "../../../../migration/copy/errors.ts";
import type { KeyValueStore } from "../../../../migration/copy/store/key-value-store.ts";
import { removeCopiedKeys } from "../../../../migration/copy/write/remove-copied-keys.ts";
import { verifyCopy } from "../../../../migration/copy/compare/verify-copy.ts";
import { EtcdUnreachableError } from "../../../../migration/etcd/errors.ts";
import type { EtcdStore } from "../../../../migration/etcd/etcd-store.ts";
import { bytesOf, contents, copyScene, identityOf, latestRevision, seed } from "../copy-scene.ts";

const scene = copyScene();

function lost(): Error {
  return new EtcdUnreachableError("https://127.0.0.1:1", "the connection was lost", undefined);
}

/** A destination whose createRun behaves otherwise. */
function withRuns(createRun: EtcdStore["createRun"]): KeyValueStore {
  const { store } = scene.destination;
  return { ...store, createRun };
}

test("brings 512 keys with each request", async () => {
  const { range, entries } = await scene.filled(2_000);

  const outcome = await scene.copy(range);

  const written = await contents(scene.destination.store, range);
  const sizes = [...Map.groupBy(written, ({ modRevision }) => modRevision).values()].map(({ length }) => length);
  // The first page has 256 keys; the last batch is what is left of its page.
  assert.deepEqual(sizes, [256, 512, 512, 512, 208]);
  assert.equal(outcome.writtenRevisions.size, 5);
  assert.deepEqual(bytesOf(written), bytesOf(entries));
});

for (const [name, apply] of [
  ["a reply that is lost after the run was created", true],
  ["a request that is lost before", false],
] as const) {
  test(`${name} costs nothing but another request, and the copy knows its own revisions`, async () => {
    const { range, entries } = await scene.filled(1_500);
    const seen = new Set<string>();
    const destination = withRuns(async (run) => {
      const first = run[0]?.key.toString() ?? "";
      if (!seen.has(first)) {
        seen.add(first);
        if (apply) await scene.destination.store.createRun(run);
        throw lost();
      }
      return scene.destination.store.createRun(run);
    });

    const outcome = await scene.copy(range, { destination });

    assert.equal(outcome.keysAlreadyThere, 0);
    const written = await contents(scene.destination.store, range);
    assert.deepEqual(bytesOf(written), bytesOf(entries));
    assert.deepEqual(outcome.writtenRevisions, new Set(written.map(({ modRevision }) => modRevision)));
    assert.deepEqual(
      written.map(({ createRevision }) => createRevision),
      written.map(({ modRevision }) => modRevision),
    );
    await removeCopiedKeys({ destination: scene.destination.store, range, writtenRevisions: outcome.writtenRevisions });
    assert.equal((await contents(scene.destination.store, range)).length, 0);
  });
}

test("a copy that is taken up again rewrites nothing and goes on key by key", async () => {
  const { range, entries } = await scene.filled(3_000);
  // In the midst of a run.
  await seed(scene.destination.store, entries.slice(700, 900));
  const before = identityOf(await contents(scene.destination.store, range));

  const outcome = await scene.copy(range);

  const after = await contents(scene.destination.store, range);
  assert.equal(outcome.keysAlreadyThere, 200);
  assert.deepEqual(bytesOf(after), bytesOf(entries));
  assert.deepEqual(identityOf(after.slice(700, 900)), before);
});

test("a foreign key within a run is not touched, and no verification passes over it", async () => {
  const { range } = await scene.filled(1_000);
  const revision = await latestRevision(scene.source.store);
  const foreign = { key: range.key("volume-0000500-foreign"), value: Buffer.from("foreign") };
  await seed(scene.destination.store, [foreign]);

  await scene.copy(range);

  const stored = (await contents(scene.destination.store, range)).find(({ key }) => key.equals(foreign.key));
  assert.deepEqual(stored?.value, foreign.value);
  assert.equal(stored.createRevision, stored.modRevision);
  const { store: source } = scene.source;
  await assert.rejects(
    verifyCopy({ source, destination: scene.destination.store, range, sourceRevision: revision }),
    CopyMismatchError,
  );
});
