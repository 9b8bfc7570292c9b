import { CopyConflictError, DestinationFullError, UntrustworthyAnswerError } from "../errors.ts";
import type { KeyValue, KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import { readKeysOf, revisionOfOwnTransaction } from "./unanswered-transactions.ts";
import { withRetries, type RetryOptions } from "../store/retry.ts";
import { isBusy, isOutOfSpace, isRequestTooLarge, isTooManyOperations } from "../store/store-error.ts";
import type { UnansweredTransaction, WriteJournal } from "./write-journal.ts";
import type { WritePace } from "./write-pace.ts";

export interface WriteOptions extends RetryOptions {
  /** Shared by all that write at the same time; without it every transaction is sent at once. */
  readonly pace?: WritePace | undefined;
}

/**
 * Brings the entries into the destination without ever overwriting anything: creates them all in one guarded transaction;
 * where some exist with equal bytes (a lost reply, an earlier run with other batches), creates just the missing ones.
 * Every retry goes through the same guard, so none can do harm or happen twice.
 *
 * @returns how many of the keys were already there before this run.
 * @throws CopyConflictError when a key exists with other bytes or with a lease; nothing of the transaction is then written.
 *   DestinationFullError when there is no space, once the journal knows whether the transaction was applied.
 */
export async function writeBatch(
  destination: KeyValueStore,
  entries: readonly KeyValue[],
  journal: WriteJournal,
  options: WriteOptions,
): Promise<number> {
  let missing = entries;
  while (missing.length > 0) {
    const sent = missing;
    const transaction = { entries: sent, afterRevision: journal.startRevision };
    const outcome = await sendGuarded(() => destination.createAll(sent), transaction, destination, journal, options);
    if (outcome.created) {
      journal.writtenRevisions.add(outcome.revision);
      journal.unanswered.delete(transaction);
      break;
    }
    refuseConflicts(missing, outcome.existing);
    const ownRevision = journal.unanswered.has(transaction)
      ? revisionOfOwnTransaction(transaction, outcome.existing)
      : undefined;
    journal.unanswered.delete(transaction);
    if (ownRevision !== undefined) {
      journal.writtenRevisions.add(ownRevision);
      break;
    }
    missing = without(missing, outcome.existing);
  }
  return entries.length - missing.length;
}

/**
 * Creates more entries than one transaction takes, all or none of them, provided that the destination holds nothing from
 * the first to the last of them. They are all that the source has there.
 *
 * @returns whether they are there now by this run's doing; otherwise nothing was written.
 * @throws DestinationFullError as writeBatch does.
 */
export async function writeRun(
  destination: KeyValueStore,
  entries: readonly KeyValue[],
  journal: WriteJournal,
  options: WriteOptions,
): Promise<boolean> {
  const transaction = { entries, afterRevision: journal.startRevision };
  const create = async () => destination.createRun?.(entries);
  let revision = await sendGuarded(create, transaction, destination, journal, options);
  if (revision === undefined && journal.unanswered.has(transaction)) {
    revision = revisionOfOwnTransaction(transaction, await readKeysOf(transaction, destination, options));
  }
  journal.unanswered.delete(transaction);
  if (revision !== undefined) {
    journal.writtenRevisions.add(revision);
  }
  return revision !== undefined;
}

async function sendGuarded<Answer>(
  create: () => Promise<Answer>,
  transaction: UnansweredTransaction,
  destination: KeyValueStore,
  journal: WriteJournal,
  { pace, ...retry }: WriteOptions,
): Promise<Answer> {
  const send = async () => {
    try {
      return await create();
    } catch (error) {
      if (isOutOfSpace(error)) {
        await settle(destination, transaction, journal);
        throw new DestinationFullError(error);
      }
      if (!isRefusedUnproposed(error)) {
        journal.unanswered.add(transaction);
      }
      throw error;
    }
  };
  return withRetries(() => (pace === undefined ? send() : pace.run(send, retry.signal)), retry);
}

/** Whatever other errors say: only an answer tells that nothing was written. */
function isRefusedUnproposed(error: unknown): boolean {
  return isRequestTooLarge(error) || isTooManyOperations(error) || isBusy(error);
}

/** No longer than this for reading back, beside a call that is under way then. */
const READ_BACK_MILLISECONDS = 10_000;

/**
 * etcd also says that it is full of a transaction that it applied. What the destination holds tells, and it is only read:
 * a transaction sent again would be refused or, when another one made room, be applied after all.
 */
async function settle(
  destination: KeyValueStore,
  transaction: UnansweredTransaction,
  journal: WriteJournal,
): Promise<void> {
  // An earlier attempt may still be applied: that its keys are not there yet does not say that they never will be.
  const anAttemptIsLost = journal.unanswered.has(transaction);
  journal.unanswered.add(transaction);
  // The run's own signal is of no use: the same failure in another transaction has aborted it.
  const retry = { signal: AbortSignal.timeout(READ_BACK_MILLISECONDS) };
  const found = await readKeysOf(transaction, destination, retry).catch(() => undefined);
  if (found === undefined) {
    return;
  }
  const revision = revisionOfOwnTransaction(transaction, found);
  if (revision !== undefined) {
    journal.writtenRevisions.add(revision);
    journal.unanswered.delete(transaction);
  } else if (!anAttemptIsLost && found.every(({ createRevision }) => createRevision <= transaction.afterRevision)) {
    journal.unanswered.delete(transaction);
  }
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
