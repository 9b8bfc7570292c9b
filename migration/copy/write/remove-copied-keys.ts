import { groupsOf } from "./groups-of.ts";
import { InFlight } from "./in-flight.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import { revisionOfOwnTransaction, type UnansweredTransaction } from "./own-transactions.ts";
import { pinRevision } from "../read/pin-revision.ts";
import { readKeysOf } from "./read-back.ts";
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
  let removed = 0;
  const inFlight = new InFlight(CALLS_IN_FLIGHT);
  const revision = await pinRevision(destination, range, options);
  const reading = { ...retryOf(options), store: destination, name: "destination" };
  try {
    for await (const { entries } of readPages({ ...reading, range, revision, keysOnly: true })) {
      const ours = entries.filter((entry) => isUntouched(entry, revisions));
      for (const keys of groupsOf(ours, KEYS_PER_CALL)) {
        await inFlight.add(async () => {
          const deleted = await withRetries(() => destination.deleteUnchanged(keys), options);
          removed += deleted;
        });
      }
    }
    await inFlight.finish();
  } finally {
    await inFlight.settle();
  }
  return removed;
}

/** A transaction of ours only creates: a key it wrote and nobody changed has its revision twice. */
function isUntouched({ createRevision, modRevision }: StoredKeyValue, revisions: ReadonlySet<bigint>): boolean {
  return modRevision === createRevision && revisions.has(modRevision);
}

function retryOf({ signal, retryForMilliseconds }: RemoveOptions): RetryOptions {
  return { signal, retryForMilliseconds };
}
