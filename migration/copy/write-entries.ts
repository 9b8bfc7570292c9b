import { MOST_BYTES, MOST_OPERATIONS, bytesInTransaction } from "./batches.ts";
import { EntryTooLargeError } from "./errors.ts";
import type { KeyValue, KeyValueStore } from "./key-value-store.ts";
import type { RetryOptions } from "./retry.ts";
import { isRequestTooLarge, isTooManyOperations } from "./store-error.ts";
import { writeBatch, type WriteLedger } from "./write-batch.ts";

/** What a transaction may hold. etcd tells its limits only by refusing: each refusal lowers them for all that follows. */
export interface TransactionLimits {
  operations: number;
  bytes: number;
}

export function usualLimits(): TransactionLimits {
  return { operations: MOST_OPERATIONS, bytes: MOST_BYTES };
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
  ledger: WriteLedger,
  options: RetryOptions,
): Promise<number> {
  try {
    return await writeBatch(destination, entries, ledger, options);
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
    const before = await writeEntries(destination, entries.slice(0, half), limits, ledger, options);
    return before + (await writeEntries(destination, entries.slice(half), limits, ledger, options));
  }
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
