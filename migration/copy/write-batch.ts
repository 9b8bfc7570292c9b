import { CopyConflictError, UntrustworthyAnswerError } from "./errors.ts";
import type { KeyValue, KeyValueStore, StoredKeyValue } from "./key-value-store.ts";
import { revisionOfOwnTransaction, type UnansweredTransaction } from "./own-transactions.ts";
import { withRetries, type RetryOptions } from "./retry.ts";
import { isRequestTooLarge, isTooManyOperations } from "./store-error.ts";

/** What a run has written to the destination, as far as it knows. */
export interface WriteLedger {
  /** The destination's revision before the run wrote anything. */
  readonly startRevision: bigint;
  readonly writtenRevisions: Set<bigint>;
  /** Sent, but whether they were applied is not known (yet). */
  readonly unanswered: Set<UnansweredTransaction>;
}

/**
 * Brings the entries into the destination without ever overwriting anything: creates them all in one guarded transaction;
 * where some exist with equal bytes (a lost reply, an earlier run with other batches), creates just the missing ones.
 * Every retry goes through the same guard, so none can do harm or happen twice.
 *
 * @returns how many of the keys were already there before this run.
 * @throws CopyConflictError when a key exists with other bytes or with a lease; nothing of the transaction is then written.
 */
export async function writeBatch(
  destination: KeyValueStore,
  entries: readonly KeyValue[],
  ledger: WriteLedger,
  options: RetryOptions,
): Promise<number> {
  let missing = entries;
  while (missing.length > 0) {
    const { outcome, transaction } = await createGuarded(destination, missing, ledger, options);
    if (outcome.created) {
      ledger.writtenRevisions.add(outcome.revision);
      ledger.unanswered.delete(transaction);
      break;
    }
    refuseConflicts(missing, outcome.existing);
    const ownRevision = ledger.unanswered.has(transaction)
      ? revisionOfOwnTransaction(transaction, outcome.existing)
      : undefined;
    ledger.unanswered.delete(transaction);
    if (ownRevision !== undefined) {
      ledger.writtenRevisions.add(ownRevision);
      break;
    }
    missing = without(missing, outcome.existing);
  }
  return entries.length - missing.length;
}

async function createGuarded(
  destination: KeyValueStore,
  entries: readonly KeyValue[],
  ledger: WriteLedger,
  options: RetryOptions,
) {
  const transaction: UnansweredTransaction = { entries, afterRevision: ledger.startRevision };
  const outcome = await withRetries(async () => {
    try {
      return await destination.createAll(entries);
    } catch (error) {
      // Whatever the error says: only an answer tells that nothing was written (out of space, for one, does not). A
      // refusal for the size comes before anything is proposed.
      if (!isRequestTooLarge(error) && !isTooManyOperations(error)) {
        ledger.unanswered.add(transaction);
      }
      throw error;
    }
  }, options);
  return { outcome, transaction };
}

function refuseConflicts(sent: readonly KeyValue[], existing: readonly StoredKeyValue[]): void {
  const sentValues = new Map(sent.map(({ key, value }) => [nameOf(key), value]));
  const conflicts = existing.filter(({ key, value, lease }) => {
    const sentValue = sentValues.get(nameOf(key));
    if (sentValue === undefined) {
      throw new UntrustworthyAnswerError("destination", "a transaction's answer holds a key that was not asked for");
    }
    return lease !== 0n || !value.equals(sentValue);
  });
  if (conflicts.length > 0) {
    throw new CopyConflictError(conflicts.map(({ key }) => key));
  }
  if (existing.length === 0) {
    throw new UntrustworthyAnswerError("destination", "a transaction was refused for existing keys, and none exists");
  }
}

function without(entries: readonly KeyValue[], existing: readonly StoredKeyValue[]): KeyValue[] {
  const names = new Set(existing.map(({ key }) => nameOf(key)));
  return entries.filter(({ key }) => !names.has(nameOf(key)));
}

/** Latin-1 gives every byte one character, so equal names are equal bytes. A Map has no trouble with `__proto__`. */
function nameOf(key: Buffer): string {
  return key.toString("latin1");
}
