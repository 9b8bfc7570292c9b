import { batchesOf } from "./write/batches.ts";
import { refuseLeasedKeys, type LeasePolicy } from "./check-source.ts";
import { bytesOf } from "./store/entry-bytes.ts";
import { CopyInterruptedError, EmptySourceError } from "./errors.ts";
import { InFlight } from "./write/in-flight.ts";
import type { KeyRange, KeyValueStore } from "./store/key-value-store.ts";
import { pinRevision } from "./read/pin-revision.ts";
import { readPages } from "./read/read-pages.ts";
import { WriteJournal } from "./write/write-journal.ts";
import { limitsForRuns, writeEntries, type TransactionLimits } from "./write/write-entries.ts";
import { WritePace } from "./write/write-pace.ts";

/** Enough to keep etcd's disk busy while replies travel; more only lengthens its queue. An etcd that is busy gets fewer. */
const TRANSACTIONS_IN_FLIGHT = 8;

export interface CopyProgress {
  readonly keysCopied: number;
  /** The number of keys at the pinned revision. */
  readonly keysTotal: number;
  readonly bytesCopied: number;
}

export interface CopyOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  /** The source is read as of this revision. */
  readonly revision: bigint;
  /** Called after each transaction: throttle it where it is shown. */
  readonly onProgress?: (progress: CopyProgress) => void;
  /** Stops the copy: what is under way is awaited, nothing new begun. */
  readonly signal?: AbortSignal;
  /** How long a failing call is repeated. Default 30,000. */
  readonly retryForMilliseconds?: number;
  /** Default false. */
  readonly allowEmptySource?: boolean;
  /** Default `refuse`. */
  readonly leases?: LeasePolicy;
}

export interface CopyOutcome {
  /** All keys of the range, those already there included. */
  readonly keys: number;
  /** The sum of the lengths of all keys and values. */
  readonly bytes: number;
  /** Keys that stood in the destination, byte-equal, before this run. */
  readonly keysAlreadyThere: number;
  /** The destination revisions of this run's own transactions, those whose reply was lost included. */
  readonly writtenRevisions: ReadonlySet<bigint>;
}

/**
 * Copies every key of the range, as of the pinned revision, and never overwrites anything: a key that exists with equal
 * bytes counts as copied, so an interrupted copy is completed by running it again. It is done, not proven: see verifyCopy.
 *
 * @throws EmptySourceError, LeasedKeysError, UntrustworthyAnswerError, the signal's reason or the store's error before
 *   anything was sent to the destination; after that always CopyInterruptedError, with one of these or a
 *   CopyConflictError as its cause.
 */
export async function copyPrefix(options: CopyOptions): Promise<CopyOutcome> {
  options.signal?.throwIfAborted();
  const [startRevision, limits] = await Promise.all([
    pinRevision(options.destination, options.range, options),
    limitsForRuns(options.destination, options.range, options),
  ]);
  const journal = new WriteJournal(startRevision);
  const tally = { started: false, keys: 0, bytes: 0, keysAlreadyThere: 0, keysTotal: 0 };
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const inFlight = new InFlight(TRANSACTIONS_IN_FLIGHT, (error) => {
    stop.abort(error);
  });
  try {
    await copyPages(options, signal, inFlight, { limits, journal, tally });
    await inFlight.finish();
  } catch (error) {
    stop.abort(error);
    await inFlight.settle();
    throw tally.started
      ? new CopyInterruptedError(tally.keys, journal.writtenRevisions, [...journal.unanswered], error)
      : error;
  }
  const { keys, bytes, keysAlreadyThere } = tally;
  return { keys, bytes, keysAlreadyThere, writtenRevisions: journal.writtenRevisions };
}

interface Tally {
  /** Whether anything was sent to the destination. */
  started: boolean;
  keys: number;
  bytes: number;
  keysAlreadyThere: number;
  keysTotal: number;
}

async function copyPages(
  options: CopyOptions,
  signal: AbortSignal,
  inFlight: InFlight,
  { limits, journal, tally }: { limits: TransactionLimits; journal: WriteJournal; tally: Tally },
): Promise<void> {
  const { source, destination, range, revision, retryForMilliseconds } = options;
  const retry = { signal, retryForMilliseconds };
  const writing = { ...retry, pace: new WritePace(TRANSACTIONS_IN_FLIGHT) };
  for await (const { entries, total } of readPages({ store: source, name: "source", range, revision, ...retry })) {
    if (total === 0 && options.allowEmptySource !== true) {
      throw new EmptySourceError(range.from);
    }
    tally.keysTotal = total;
    if (options.leases !== "copy-without") {
      await refuseLeasedKeys(entries, { source, range, revision, ...retry });
    }
    for (const batch of batchesOf(entries, limits)) {
      signal.throwIfAborted();
      await inFlight.add(async () => {
        tally.started = true;
        const alreadyThere = await writeEntries(destination, batch, limits, journal, writing);
        tally.keysAlreadyThere += alreadyThere;
        tally.keys += batch.length;
        tally.bytes += bytesOf(batch);
        options.onProgress?.({ keysCopied: tally.keys, keysTotal: tally.keysTotal, bytesCopied: tally.bytes });
      });
    }
  }
}
