import assert from "node:assert/strict";
import { test } from "node:test";
import { carryChangesAndCompare, copyAndVerify, type Pass } from "../../../migration/migrate/copy-and-verify.ts";
import { CopyConflictError } from "../../../migration/copy/errors.ts";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import type { RangeRequest } from "../../../migration/copy/store/key-value-store.ts";
import { removeCopiedKeys } from "../../../migration/copy/write/remove-copied-keys.ts";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import { WrittenKeys } from "../../../migration/copy/write/write-journal.ts";
import { MemoryStore } from "../copy/memory-store.ts";

const range = keyPrefix("/trident/");
const ENTRIES = Object.fromEntries(
  Array.from({ length: 400 }, (_, index) => [`/trident/v1/volume/${1_000 + index}`, `value ${index}`]),
);

test("a compaction of the old etcd in its midst: goes on from a new revision and says so", async () => {
  const { source, destination } = stores();
  compactOnce(source, () => {
    source.put("/trident/v1/volume/1000", "changed");
  });
  const lines: string[] = [];

  const verified = await run({ source, destination, report: (line) => lines.push(line) });

  assert.equal(verified.keys, 400);
  assert.equal(verified.sourceRevision, (await source.status()).revision);
  assert.deepEqual(destination.entries(), source.entries());
  assert(lines.some((line) => line.includes("Going on from revision")));
});

test("what was written before and after a compaction is known when it fails after all", async () => {
  const { source, destination } = stores();
  compactOnce(source, () => {
    destination.createAll = (entries) =>
      entries.some(({ key }) => key.toString() === "/trident/v1/volume/1399")
        ? Promise.reject(new StoreError("permanent", "out of space"))
        : MemoryStore.prototype.createAll.call(destination, entries);
  });
  const written = new WrittenKeys();

  await assert.rejects(run({ source, destination, written }), /out of space/);

  assert(written.revisions.size > 0 && Object.keys(destination.entries()).length > 0);
  const { revisions, unanswered } = written;
  await removeCopiedKeys({ destination, range, writtenRevisions: revisions, unanswered });
  assert.deepEqual(destination.entries(), {});
});

test("says how many keys an earlier run had brought", async () => {
  const { source, destination } = stores();
  destination.put("/trident/v1/volume/1000", "value 0");
  const lines: string[] = [];

  await run({ source, destination, report: (line) => lines.push(line) }, 1);

  assert(lines.some((line) => /^Copied all of it: 400 keys \([\d,]+ bytes\), 1 of which were there/.test(line)));
});

test("what changed after a verified copy is carried over, told, and can be taken back together with the copy", async () => {
  const { source, destination } = stores();
  const written = new WrittenKeys();
  const first = await run({ source, destination, written });
  source.put("/trident/v1/volume/1000", "changed");
  source.put("/trident/v1/volume/2000", "added");
  source.remove("/trident/v1/volume/1001");
  const lines: string[] = [];
  const pass = await passOf({ source, destination, written, report: (line) => lines.push(line) });

  const { keys, changes } = await carryChangesAndCompare(pass, first);

  assert.deepEqual([changes.created, changes.replaced, changes.deleted], [1, 1, 1]);
  assert.equal(keys, 400);
  assert.deepEqual(destination.entries(), source.entries());
  assert(lines.some((line) => line.includes("1 created, 1 replaced, 1 deleted")));
  await removeCopiedKeys({ destination, range, writtenRevisions: written.revisions });
  assert.deepEqual(destination.entries(), {});
});

test("a key that somebody else wrote after a verified copy ends what follows, and is named", async () => {
  const { source, destination } = stores();
  const first = await run({ source, destination });
  destination.put("/trident/v1/volume/foreign", "x");
  const pass = await passOf({ source, destination });
  await assert.rejects(carryChangesAndCompare(pass, first), (error: Error) => {
    assert(error instanceof CopyConflictError);
    assert.match(error.message, /\/trident\/v1\/volume\/foreign/);
    return true;
  });
});

function stores(): { source: MemoryStore; destination: MemoryStore } {
  return { source: new MemoryStore("the old etcd", "1", ENTRIES), destination: new MemoryStore("the new etcd", "2") };
}

/** The second page of the copy finds its revision gone, once; whatever is to happen besides happens then. */
function compactOnce(source: MemoryStore, happens: () => void): void {
  let compacted = false;
  source.range = async (request: RangeRequest) => {
    if (!compacted && request.keysOnly !== true && !request.from.equals(range.from)) {
      compacted = true;
      // The first page is to be in the destination by then.
      await new Promise((resolve) => setTimeout(resolve, 20));
      happens();
      throw new StoreError("compacted", "compacted away");
    }
    return MemoryStore.prototype.range.call(source, request);
  };
}

type Some = Pick<Pass, "source" | "destination"> & Partial<Pass>;

async function passOf(some: Some): Promise<Pass> {
  const { revision } = await some.source.status();
  const { signal } = new AbortController();
  return { range, revision, written: new WrittenKeys(), signal, report: ignore, ...some };
}

async function run(some: Some, keysAlreadyThere = 0) {
  return copyAndVerify(await passOf(some), { keysAlreadyThere, earlier: undefined });
}

function ignore(): void {
  // Not what the test looks at.
}
