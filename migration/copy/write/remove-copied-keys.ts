import { groupsOf } from "./batches.ts";
import { InFlight } from "./in-flight.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import { readKeysOf, revisionOfOwnTransaction } from "./unanswered-transactions.ts";
import type { UnansweredTransaction } from "./write-journal.ts";
import { pinRevision } from "../read/pin-revision.ts";
import { readPages } from "../read/read-pages.ts";
import { withRetries, type RetryOptions } from "../store/retry.ts";

/** Deletions of this many keys are handed to the store at a time. */
const KEYS_PER_CALL = 512;
const CALLS_IN_FLIGHT = 4;

export interface RemoveOptions extends RetryOptions {
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  /** As copyPrefix or its CopyInterruptedError gave them. */
  readonly writtenRevisions: ReadonlySet<bigint>;
  /** As CopyInterruptedError gave them; what they wrote is found and removed too. */
  readonly unanswered?: readonly UnansweredTransaction[];
}

/**
 * Takes back what a copy wrote: deletes the keys that stand exactly as its transactions created them. A key that existed
 * before, that another program wrote, or that was changed since, stays.
 *
 * @returns how many keys were deleted (fewer than were, when the reply to a deletion was lost).
 */
export async function removeCopiedKeys(options: RemoveOptions): Promise<number> {
  const { destination, range } = options;
  const revisions = new Set(options.writtenRevisions);
  for (const transaction of options.unanswered ?? []) {
    const revision = revisionOfOwnTransaction(
      transaction,
      await readKeysOf(transaction, destination, retryOf(options)),
    );
    if (revision !== undefined) {
      revisions.add(revision);
    }
  }
  if (revisions.size === 0) {
    return 0;
  }
  return deleteKeysOf(destination, range, (entry) => isUntouched(entry, revisions), retryOf(options));
}

/**
 * Deletes those keys of the range that are meant, each only while it stands as it did when all were read.
 *
 * @returns how many were deleted (fewer than were, when the reply to a deletion was lost).
 */
export async function deleteKeysOf(
  store: KeyValueStore,
  range: KeyRange,
  isMeant: (entry: StoredKeyValue) => boolean,
  retry: RetryOptions = {},
): Promise<number> {
  let deleted = 0;
  const inFlight = new InFlight(CALLS_IN_FLIGHT);
  const revision = await pinRevision(store, range, retry);
  try {
    for await (const page of readPages({ ...retry, store, name: "destination", range, revision, keysOnly: true })) {
      for (const keys of groupsOf(page.entries.filter(isMeant), KEYS_PER_CALL)) {
        await inFlight.add(async () => {
          const gone = await withRetries(() => store.deleteUnchanged(keys), retry);
          deleted += gone;
        });
      }
    }
    await inFlight.finish();
  } finally {
    await inFlight.settle();
  }
  return deleted;
}

/** A transaction of ours only creates: a key it wrote and nobody changed has its revision twice. */
function isUntouched({ createRevision, modRevision }: StoredKeyValue, revisions: ReadonlySet<bigint>): boolean {
  return modRevision === createRevision && revisions.has(modRevision);
}

function retryOf({ signal, retryForMilliseconds }: RemoveOptions): RetryOptions {
  return { signal, retryForMilliseconds };
}
