import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { removeCopiedKeys } from "../../../migration/copy/write/remove-copied-keys.ts";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import { EtcdDeadlineError } from "../../../migration/etcd/errors.ts";
import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import {
  altered,
  bytesOf,
  contents,
  identityOf,
  latestRevision,
  seed,
  copyScene,
  interruptionOf,
} from "./copy-scene.ts";

const scene = copyScene();

test("resolves a reply that was lost after the commit: each key is written once, and counts as ours", async () => {
  const { range, entries } = await scene.filled(1_000);
  let lost = 0;
  const destination = altered(scene.destination.store, {
    createAll: async (batch) => {
      const outcome = await scene.destination.store.createAll(batch);
      if (outcome.created && lost < 3) {
        lost += 1;
        throw lostReply();
      }
      return outcome;
    },
  });

  const outcome = await scene.copy(range, { destination });

  assert.equal(lost, 3);
  const written = await contents(scene.destination.store, range);
  assert.deepEqual(bytesOf(written), bytesOf(entries));
  assert(written.every(({ createRevision, modRevision }) => createRevision === modRevision));
  assert.equal(outcome.keysAlreadyThere, 0);
  assert.deepEqual(outcome.writtenRevisions, new Set(written.map(({ modRevision }) => modRevision)));
  await removeCopiedKeys({ destination: scene.destination.store, range, ...outcome });
  assert.deepEqual(await contents(scene.destination.store, range), []);
});

test("sends a lost request again, once", async () => {
  const { range, entries } = await scene.filled(300);
  let attempts = 0;
  const destination = altered(scene.destination.store, {
    createAll: (batch) => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(lostReply()) : scene.destination.store.createAll(batch);
    },
  });

  await scene.copy(range, { destination });

  assert.equal(attempts, 4, "three transactions and one repeated");
  assert.deepEqual(bytesOf(await contents(scene.destination.store, range)), bytesOf(entries));
});

test("outlasts a destination that stops answering for longer than a call may take", async () => {
  const { range, entries } = await scene.filled(5_000);
  const impatient = connectEtcd(scene.destination.target, { callDeadlineMilliseconds: 400 });
  let passedDeadlines = 0;
  const destination = altered(impatient, {
    createAll: async (batch) => {
      try {
        return await impatient.createAll(batch);
      } catch (error) {
        passedDeadlines += error instanceof EtcdDeadlineError ? 1 : 0;
        throw error;
      }
    },
  });
  let resumed: Promise<void> | undefined;
  const outcome = await scene.copy(range, {
    destination,
    onProgress: ({ keysCopied }) => {
      if (keysCopied > 1_000) {
        resumed ??= freeze(scene.destination.pid, 900);
      }
    },
  });
  await resumed;
  impatient.close();

  assert(passedDeadlines > 0, "no call met the frozen etcd");
  const written = await contents(scene.destination.store, range);
  assert.deepEqual(bytesOf(written), bytesOf(entries));
  assert.deepEqual(outcome.writtenRevisions, new Set(written.map(({ createRevision }) => createRevision)));
});

test("takes back transactions that were committed and never answered, though the copy did not get to know", async () => {
  const { range } = await scene.filled(1_000);
  const destination = altered(scene.destination.store, {
    createAll: async (batch) => {
      await scene.destination.store.createAll(batch);
      throw lostReply();
    },
  });

  const failure = await interruptionOf(scene.copy(range, { destination, retryForMilliseconds: 0 }));

  assert.equal(failure.writtenRevisions.size, 0);
  const written = await contents(scene.destination.store, range);
  assert(written.length > 0);
  const { writtenRevisions, unanswered } = failure;
  const removed = await removeCopiedKeys({ destination: scene.destination.store, range, writtenRevisions, unanswered });
  assert.equal(removed, written.length);
  assert.deepEqual(await contents(scene.destination.store, range), []);
});

test("completes an interrupted copy: keys already there are not rewritten, only the missing ones created", async () => {
  const { range, entries } = await scene.filled(2_000);
  // Every third key: no batch of the rerun is all there, none all missing.
  await seed(
    scene.destination.store,
    entries.filter((_, index) => index % 3 === 0),
  );
  const before = new Set(identityOf(await contents(scene.destination.store, range)));

  const outcome = await scene.copy(range);

  const after = await contents(scene.destination.store, range);
  assert.deepEqual(bytesOf(after), bytesOf(entries));
  assert.equal(
    identityOf(after).filter((identity) => before.has(identity)).length,
    before.size,
    "a key that was there was written again",
  );
  assert.equal(outcome.keysAlreadyThere, before.size);
  assert.equal(outcome.keys, 2_000);
  // Ours are only the ones this run created.
  const removed = await removeCopiedKeys({ destination: scene.destination.store, range, ...outcome });
  assert.equal(removed, 2_000 - before.size);
  assert.deepEqual(new Set(identityOf(await contents(scene.destination.store, range))), before);
});

test("a second copy after a complete one writes nothing", async () => {
  const { range } = await scene.filled(500);
  await scene.copy(range);
  const before = await latestRevision(scene.destination.store);

  const outcome = await scene.copy(range);

  assert.equal(await latestRevision(scene.destination.store), before);
  assert.equal(outcome.keysAlreadyThere, 500);
  assert.equal(outcome.writtenRevisions.size, 0);
});

test("stops when it is aborted, says how far it came, and is completed by the next run", async () => {
  const { range, entries } = await scene.filled(12_000);
  const controller = new AbortController();
  const reason = new Error("the user pressed Ctrl-C");
  const copying = scene.copy(range, {
    signal: controller.signal,
    onProgress: ({ keysCopied }) => {
      if (keysCopied > 300) {
        controller.abort(reason);
      }
    },
  });

  const failure = await interruptionOf(copying);

  assert.equal(failure.cause, reason);
  const written = await contents(scene.destination.store, range);
  assert(written.length > 300 && written.length < 12_000);
  assert.deepEqual(failure.writtenRevisions, new Set(written.map(({ modRevision }) => modRevision)));
  await scene.copy(range);
  assert.deepEqual(bytesOf(await contents(scene.destination.store, range)), bytesOf(entries));
});

test("reads again what could not be read", async () => {
  const { range, entries } = await scene.filled(2_000);
  let reads = 0;
  const source = altered(scene.source.store, {
    range: (request) => {
      reads += 1;
      return reads % 2 === 1 ? Promise.reject(lostReply()) : scene.source.store.range(request);
    },
  });

  await scene.copy(range, { source });

  assert(reads > 2);
  assert.deepEqual(bytesOf(await contents(scene.destination.store, range)), bytesOf(entries));
});

test("does not repeat a write that failed for good, and has no more than eight under way", async () => {
  const { range } = await scene.filled(5_000);
  let attempts = 0;
  let running = 0;
  let most = 0;
  const destination = altered(scene.destination.store, {
    createAll: async (batch) => {
      attempts += 1;
      running += 1;
      most = Math.max(most, running);
      const outcome = await scene.destination.store.createAll(batch);
      running -= 1;
      if (attempts >= 20) {
        throw new StoreError("permanent", "out of space");
      }
      return outcome;
    },
  });

  const failure = await interruptionOf(scene.copy(range, { destination }));

  assert.match(failure.message, /out of space/);
  assert.equal(most, 8);
  assert(attempts < 40, `${attempts} attempts, though nothing new was to be begun after the failure`);
});

async function freeze(pid: number, milliseconds: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await sleep(milliseconds);
  process.kill(pid, "SIGCONT");
}

function lostReply(): StoreError {
  return new StoreError("transient", "the connection was lost");
}
