import assert from "node:assert/strict";
import { test } from "node:test";
import { copyAndVerify } from "../../migration/copy-and-verify.ts";
import type { Written } from "../../migration/copy/copy-until-verified.ts";
import { prefixRange } from "../../migration/copy/key-range.ts";
import type { RangeRequest } from "../../migration/copy/key-value-store.ts";
import { removeCopiedKeys } from "../../migration/copy/remove-copied-keys.ts";
import { StoreError } from "../../migration/copy/store-error.ts";
import { MemoryStore } from "./memory-store.ts";

const range = prefixRange("/trident/");
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
  const kept: Written[] = [];

  await assert.rejects(run({ source, destination, keepWritten: (written) => kept.push(written) }), /out of space/);

  const written = kept.at(-1);
  assert(written !== undefined && kept.length > 1 && Object.keys(destination.entries()).length > 0);
  const { revisions, unanswered } = written;
  await removeCopiedKeys({ destination, range, writtenRevisions: revisions, unanswered });
  assert.deepEqual(destination.entries(), {});
});

test("says how many keys an earlier run had brought", async () => {
  const { source, destination } = stores();
  destination.put("/trident/v1/volume/1000", "value 0");
  const lines: string[] = [];

  await run({ source, destination, keysAlreadyThere: 1, report: (line) => lines.push(line) });

  assert(lines.some((line) => /^Copied all 400 keys \(\d+ bytes\), 1 of which were there/.test(line)));
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

async function run(
  options: Pick<Parameters<typeof copyAndVerify>[0], "source" | "destination"> &
    Partial<Parameters<typeof copyAndVerify>[0]>,
) {
  const { revision } = await options.source.status();
  return copyAndVerify({
    ...{ range, revision, keysAlreadyThere: 0, keepWritten: ignore, report: ignore },
    ...options,
  });
}

function ignore(): void {
  // Not what the test looks at.
}
