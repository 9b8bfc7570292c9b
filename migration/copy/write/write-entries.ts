import { batchesOf, bytesInTransaction, MOST_BYTES, MOST_KEYS_OF_RUN, MOST_OPERATIONS } from "./batches.ts";
import { EntryTooLargeError } from "../errors.ts";
import type { KeyRange, KeyValue, KeyValueStore } from "../store/key-value-store.ts";
import { withRetries, type RetryOptions } from "../store/retry.ts";
import { isRequestTooLarge, isTooManyOperations } from "../store/store-error.ts";
import { writeBatch, writeRun, type WriteOptions } from "./write-batch.ts";
import type { WriteJournal } from "./write-journal.ts";

/** What a transaction may hold. etcd tells its limits only by refusing: each refusal lowers them for all that follows. */
export interface TransactionLimits {
  operations: number;
  bytes: number;
}

export function usualLimits(): TransactionLimits {
  return { operations: MOST_OPERATIONS, bytes: MOST_BYTES };
}

/** For entries of the range that are neighbours in the source, nothing left out between the first and the last. */
export async function limitsForRuns(
  destination: KeyValueStore,
  range: KeyRange,
  retry: RetryOptions,
): Promise<TransactionLimits> {
  const allowed = await withRetries(async () => destination.allowsRuns?.(range), retry);
  return { operations: allowed === true ? MOST_KEYS_OF_RUN : MOST_OPERATIONS, bytes: MOST_BYTES };
}

/**
 * Brings the entries into the destination as writeBatch does, in one transaction or, where the destination refuses one of
 * that size, in several.
 *
 * @returns how many of the keys were already there before this run.
 * @throws EntryTooLargeError when a single entry is refused for its size; what writeBatch throws.
 */
export async function writeEntries(
  destination: KeyValueStore,
  entries: readonly KeyValue[],
  limits: TransactionLimits,
  journal: WriteJournal,
  options: WriteOptions,
): Promise<number> {
  try {
    if (entries.length <= MOST_OPERATIONS) {
      return await writeBatch(destination, entries, journal, options);
    }
    if (await writeRun(destination, entries, journal, options)) {
      return 0;
    }
  } catch (error) {
    if (!isRequestTooLarge(error) && !isTooManyOperations(error)) {
      throw error;
    }
    const half = Math.ceil(entries.length / 2);
    const [first] = entries;
    if (first !== undefined && entries.length === 1) {
      throw new EntryTooLargeError("destination", first.key, error, first.value.length);
    }
    lower(limits, entries, isTooManyOperations(error));
    return writeParts(destination, [entries.slice(0, half), entries.slice(half)], limits, journal, options);
  }
  // Something is there, as in a copy that is taken up again: from here on key by key, not to send everything twice.
  limits.operations = Math.min(limits.operations, MOST_OPERATIONS);
  return writeParts(destination, batchesOf(entries, limits), limits, journal, options);
}

async function writeParts(
  destination: KeyValueStore,
  parts: Iterable<readonly KeyValue[]>,
  limits: TransactionLimits,
  journal: WriteJournal,
  options: WriteOptions,
): Promise<number> {
  let alreadyThere = 0;
  for (const part of parts) {
    alreadyThere += await writeEntries(destination, part, limits, journal, options);
  }
  return alreadyThere;
}

/** To half of what was refused, unless another refusal has brought it lower already. */
function lower(limits: TransactionLimits, refused: readonly KeyValue[], forOperations: boolean): void {
  if (forOperations) {
    limits.operations = Math.min(limits.operations, Math.ceil(refused.length / 2));
  } else {
    const bytes = refused.reduce((sum, entry) => sum + bytesInTransaction(entry), 0);
    limits.bytes = Math.min(limits.bytes, Math.ceil(bytes / 2));
  }
}
