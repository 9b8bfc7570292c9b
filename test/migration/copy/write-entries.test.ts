import assert from "node:assert/strict";
import { test } from "node:test";
import { EntryTooLargeError } from "../../../migration/copy/errors.ts";
import { prefixRange } from "../../../migration/copy/key-range.ts";
import type { WriteLedger } from "../../../migration/copy/write-batch.ts";
import { usualLimits, writeEntries } from "../../../migration/copy/write-entries.ts";
import { startEtcd, type EtcdProcess } from "../../etcd-process.ts";
import { altered, bytesOf, contents, numbered } from "./etcd-pair.ts";

const range = { ...prefixRange("/limits/"), key: (name: string) => Buffer.from(`/limits/${name}`) };

test("halves a transaction with more operations than the destination takes, and stays there", async () => {
  await withEtcd(["--max-txn-ops=10"], async ({ store }) => {
    const entries = numbered(range, 128);
    const [limits, ledger] = [usualLimits(), newLedger()];

    await writeEntries(store, entries, limits, ledger, {});

    assert.equal(limits.operations, 8);
    assert.deepEqual(bytesOf(await contents(store, range)), bytesOf(entries));
    assert.equal(ledger.writtenRevisions.size, 16);
    assert.equal(ledger.unanswered.size, 0, "what was refused for its size was not written");
  });
});

test("halves a request above the destination's limit down to a single key, and then names that key", async () => {
  await withEtcd(["--max-request-bytes=20000"], async ({ store }) => {
    const entries = numbered(range, 64, 1_000);
    const limits = usualLimits();
    await writeEntries(store, entries, limits, newLedger(), {});
    assert.deepEqual(bytesOf(await contents(store, range)), bytesOf(entries));
    assert(limits.bytes < 40_000, `${limits.bytes} bytes`);

    const large = { key: range.key("large"), value: Buffer.alloc(30_000, "secret") };
    await assert.rejects(writeEntries(store, [large], limits, newLedger(), {}), (error: Error) => {
      assert(error instanceof EntryTooLargeError);
      assert.match(error.message, /\/limits\/large \(a value of 30000 bytes\).*--max-request-bytes/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
});

test("a destination without space is not written to again, and its unanswered transaction is kept", async () => {
  await withEtcd(["--quota-backend-bytes=1000000"], async ({ store }) => {
    let attempts = 0;
    const counting = altered(store, {
      createAll: (entries) => {
        attempts += 1;
        return store.createAll(entries);
      },
    });
    const ledger = newLedger();
    let written = 0;
    const filling = (async () => {
      for (; written < 100; written += 1) {
        const entry = { key: range.key(`full-${written}`), value: Buffer.alloc(100_000) };
        await writeEntries(counting, [entry], usualLimits(), ledger, {});
      }
    })();
    await assert.rejects(filling, /reached its quota/);
    assert.equal(attempts, written + 1);
    assert.equal(ledger.unanswered.size, 1);
  });
});

async function withEtcd(extraArguments: readonly string[], act: (etcd: EtcdProcess) => Promise<void>): Promise<void> {
  const etcd = await startEtcd({ extraArguments });
  try {
    await act(etcd);
  } finally {
    await etcd.stop();
  }
}

function newLedger(): WriteLedger {
  return { startRevision: 0n, writtenRevisions: new Set(), unanswered: new Set() };
}
