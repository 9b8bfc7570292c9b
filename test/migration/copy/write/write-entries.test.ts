import assert from "node:assert/strict";
import { test } from "node:test";
import { DestinationFullError, EntryTooLargeError } from "../../../../migration/copy/errors.ts";
import { prefixRange } from "../../../../migration/copy/store/key-range.ts";
import type { KeyValueStore } from "../../../../migration/copy/store/key-value-store.ts";
import { WriteJournal } from "../../../../migration/copy/write/write-journal.ts";
import { usualLimits, writeEntries } from "../../../../migration/copy/write/write-entries.ts";
import {
  EtcdBusyError,
  EtcdDeadlineError,
  EtcdNoSpaceError,
  EtcdPermissionError,
} from "../../../../migration/etcd/errors.ts";
import { startEtcd, type EtcdProcess } from "../../../etcd-process.ts";
import { altered, bytesOf, contents, numbered } from "../copy-scene.ts";

const range = { ...prefixRange("/limits/"), key: (name: string) => Buffer.from(`/limits/${name}`) };

test("halves a transaction with more operations than the destination takes, and stays there", async () => {
  await withEtcd(["--max-txn-ops=10"], async ({ store }) => {
    const entries = numbered(range, 128);
    const [limits, journal] = [usualLimits(), new WriteJournal(0n)];

    await writeEntries(store, entries, limits, journal, {});

    assert.equal(limits.operations, 8);
    assert.deepEqual(bytesOf(await contents(store, range)), bytesOf(entries));
    assert.equal(journal.writtenRevisions.size, 16);
    assert.equal(journal.unanswered.size, 0, "what was refused for its size was not written");
  });
});

test("halves a request above the destination's limit down to a single key, and then names that key", async () => {
  await withEtcd(["--max-request-bytes=20000"], async ({ store }) => {
    const entries = numbered(range, 64, 1_000);
    const limits = usualLimits();
    await writeEntries(store, entries, limits, new WriteJournal(0n), {});
    assert.deepEqual(bytesOf(await contents(store, range)), bytesOf(entries));
    assert(limits.bytes < 40_000, `${limits.bytes} bytes`);

    const large = { key: range.key("large"), value: Buffer.alloc(30_000, "secret") };
    await assert.rejects(writeEntries(store, [large], limits, new WriteJournal(0n), {}), (error: Error) => {
      assert(error instanceof EntryTooLargeError);
      assert.match(error.message, /\/limits\/large \(a value of 30,000 bytes\).*--max-request-bytes/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
});

test("a destination without space is read back and not written to again: nothing of the journal is in doubt", async () => {
  await withEtcd(["--quota-backend-bytes=1000000"], async ({ store }) => {
    let attempts = 0;
    const counting = altered(store, {
      createAll: (entries) => {
        attempts += 1;
        return store.createAll(entries);
      },
    });
    const journal = new WriteJournal(0n);
    let written = 0;
    const filling = (async () => {
      for (; written < 100; written += 1) {
        const entry = { key: range.key(`full-${written}`), value: Buffer.alloc(100_000) };
        await writeEntries(counting, [entry], usualLimits(), journal, {});
      }
    })();
    await assert.rejects(filling, (error: Error) => {
      assert(error instanceof DestinationFullError);
      assert.match(
        error.message,
        /etcd at https:.* its quota.*--quota-backend-bytes.*alarm disarm.*run the same again/,
      );
      return true;
    });
    assert.equal(attempts, written + 1);
    assert.equal(journal.unanswered.size, 0);
    await expectExact(journal, store);
  });
});

test("out of space, said of a transaction that was applied: its revision is known, and it is not sent again", async () => {
  await withEtcd([], async ({ store }) => {
    const journal = new WriteJournal(0n);
    let attempts = 0;
    const full = altered(store, {
      createAll: async (entries) => {
        attempts += 1;
        await store.createAll(entries);
        throw new EtcdNoSpaceError("https://a.test:2379");
      },
    });
    await assert.rejects(writeEntries(full, numbered(range, 5), usualLimits(), journal, {}), DestinationFullError);
    assert.equal(attempts, 1);
    assert.equal(journal.unanswered.size, 0);
    assert.equal(journal.writtenRevisions.size, 1);
    await expectExact(journal, store);
  });
});

test("out of space after a lost request: what may still be applied stays in doubt", async () => {
  await withEtcd([], async ({ store }) => {
    const journal = new WriteJournal(0n);
    const failures = [new EtcdDeadlineError("https://a.test:2379", 1), new EtcdNoSpaceError("https://a.test:2379")];
    const failing = altered(store, { createAll: () => Promise.reject(failures.shift() ?? new Error("sent again")) });
    await assert.rejects(writeEntries(failing, numbered(range, 5), usualLimits(), journal, {}), DestinationFullError);
    assert.equal(journal.unanswered.size, 1);
    assert.equal(journal.writtenRevisions.size, 0);
  });
});

test("out of space, and it cannot be read back: the transaction stays in doubt", async () => {
  await withEtcd([], async ({ store }) => {
    const journal = new WriteJournal(0n);
    const mute = altered(store, {
      createAll: () => Promise.reject(new EtcdNoSpaceError("https://a.test:2379")),
      range: () => Promise.reject(new EtcdPermissionError("https://a.test:2379", "permission denied")),
    });
    await assert.rejects(writeEntries(mute, numbered(range, 5), usualLimits(), journal, {}), DestinationFullError);
    assert.equal(journal.unanswered.size, 1);
  });
});

test("what a busy destination refused was not written, and is no doubt", async () => {
  await withEtcd([], async ({ store }) => {
    const journal = new WriteJournal(0n);
    const busy = altered(store, { createAll: () => Promise.reject(new EtcdBusyError("https://a.test:2379")) });
    const writing = writeEntries(busy, numbered(range, 5), usualLimits(), journal, { retryForMilliseconds: 100 });
    await assert.rejects(writing, EtcdBusyError);
    assert.equal(journal.unanswered.size, 0);
  });
});

/** Every revision that wrote a key is in the journal, and no other. */
async function expectExact(journal: WriteJournal, store: KeyValueStore): Promise<void> {
  const revisions = (await contents(store, range)).map(({ createRevision }) => createRevision);
  assert.deepEqual([...new Set(revisions)].sort(), [...journal.writtenRevisions].sort());
}

async function withEtcd(extraArguments: readonly string[], act: (etcd: EtcdProcess) => Promise<void>): Promise<void> {
  const etcd = await startEtcd({ extraArguments });
  try {
    await act(etcd);
  } finally {
    await etcd.stop();
  }
}
