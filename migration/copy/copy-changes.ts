import { batchesOf } from "./batches.ts";
import { refuseLeasedKeys, type LeasePolicy } from "./check-source.ts";
import { CopyConflictError, CopyInterruptedError } from "./errors.ts";
import { keyAfter } from "./key-range.ts";
import type { KeyRange, KeyValue, KeyValueStore, StoredKeyValue } from "./key-value-store.ts";
import { mergeJoin } from "./merge-join.ts";
import { pinRevision } from "./pin-revision.ts";
import { readPages, type Page } from "./read-pages.ts";
import { withRetries, type RetryOptions } from "./retry.ts";
import type { WriteLedger } from "./write-batch.ts";
import { usualLimits, writeEntries, type TransactionLimits } from "./write-entries.ts";

/** What is known of the destination: which of its keys stand as an earlier pass left them, and may be replaced. */
export interface EarlierPass {
  /** The source's revision that the earlier pass copied. */
  readonly since: bigint;
  /** Whether the key stands as the earlier pass left it. */
  readonly isAsLeft: (entry: StoredKeyValue) => boolean;
}

export interface CopyChangesOptions extends RetryOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  readonly earlier: EarlierPass;
  /** The source is read as of this revision, later than that of the earlier pass. */
  readonly revision: bigint;
  /** `false`: only what is out of date is deleted, for copyPrefix to create anew with all that is missing. Default true. */
  readonly create?: boolean;
  /** Default `refuse`. */
  readonly leases?: LeasePolicy | undefined;
}

export interface CopiedChanges {
  readonly created: number;
  readonly replaced: number;
  readonly deleted: number;
  /** Destination revisions of the transactions that wrote keys. */
  readonly writtenRevisions: ReadonlySet<bigint>;
}

/**
 * The earlier pass as a verified copy knows it: what stands since before the verification was compared byte by byte.
 */
export function afterVerifiedCopy(verified: {
  readonly sourceRevision: bigint;
  readonly destinationRevision: bigint;
}): EarlierPass {
  return {
    since: verified.sourceRevision,
    isAsLeft: ({ modRevision, lease }) => lease === 0n && modRevision <= verified.destinationRevision,
  };
}

/**
 * Carries over what changed in the source since an earlier pass, deletions included. Both sides are read without values;
 * only changed keys are read with them. A key is replaced by deleting it, while it is as the earlier pass left it, and
 * creating it anew: what another program wrote in between is never overwritten. It is done, not proven: see verifyCopy.
 *
 * @throws CopyConflictError for keys that another program wrote; LeasedKeysError, UntrustworthyAnswerError, the signal's
 *   reason or the store's error; once something was written, CopyInterruptedError with one of these as its cause.
 */
export async function copyChanges(options: CopyChangesOptions): Promise<CopiedChanges> {
  const { source, destination, range, revision, signal, retryForMilliseconds } = options;
  const reading = { range, keysOnly: true, signal, retryForMilliseconds };
  const destinationRevision = await pinRevision(destination, range, options);
  const ledger: WriteLedger = {
    startRevision: destinationRevision,
    writtenRevisions: new Set(),
    unanswered: new Set(),
  };
  const changes = new Changes(options, ledger);
  try {
    await mergeJoin(
      refusingLeases(readPages({ ...reading, store: source, name: "source", revision }), options),
      readPages({ ...reading, store: destination, name: "destination", revision: destinationRevision }),
      {
        onlyLeft: (entry) => {
          changes.create(entry);
        },
        onlyRight: (entry) => {
          changes.delete(entry);
        },
        both: (left, right) => {
          changes.replaceIfChanged(left, right);
        },
        onPage: () => changes.flush(),
      },
    );
    await changes.flush();
  } catch (error) {
    const { created, replaced } = changes.outcome();
    throw changes.started
      ? new CopyInterruptedError(created + replaced, ledger.writtenRevisions, [...ledger.unanswered], error)
      : error;
  }
  return changes.outcome();
}

async function* refusingLeases(
  pages: AsyncIterable<Page>,
  { leases, ...options }: CopyChangesOptions,
): AsyncGenerator<Page, void, undefined> {
  for await (const page of pages) {
    if (leases !== "copy-without") {
      await refuseLeasedKeys(page.entries, options);
    }
    yield page;
  }
}

/** Gathers a page's worth of changes and makes them. */
class Changes {
  readonly #options: CopyChangesOptions;
  readonly #ledger: WriteLedger;
  readonly #limits: TransactionLimits = usualLimits();
  #stale: StoredKeyValue[] = [];
  #missing: Buffer[] = [];
  #conflicts: Buffer[] = [];
  #created = 0;
  #replaced = 0;
  #deleted = 0;
  started = false;

  constructor(options: CopyChangesOptions, ledger: WriteLedger) {
    this.#options = options;
    this.#ledger = ledger;
  }

  create({ key }: StoredKeyValue): void {
    this.#created += 1;
    this.#missing.push(key);
  }

  delete(entry: StoredKeyValue): void {
    if (this.#options.earlier.isAsLeft(entry)) {
      this.#deleted += 1;
      this.#stale.push(entry);
    } else {
      this.#conflicts.push(entry.key);
    }
  }

  replaceIfChanged(left: StoredKeyValue, right: StoredKeyValue): void {
    const { earlier } = this.#options;
    if (!earlier.isAsLeft(right)) {
      // It may be equal all the same, as a run of this that was interrupted leaves it: the guard compares.
      this.#missing.push(left.key);
    } else if (left.modRevision > earlier.since) {
      this.#replaced += 1;
      this.#stale.push(right);
      this.#missing.push(left.key);
    }
  }

  /** Deletes before it creates: a key that is replaced must be gone for the guard of its creation. */
  async flush(): Promise<void> {
    const { destination } = this.#options;
    if (this.#conflicts.length > 0) {
      throw new CopyConflictError(this.#conflicts);
    }
    const [stale, missing] = [this.#stale, this.#missing];
    this.#stale = [];
    this.#missing = [];
    if (stale.length > 0) {
      this.started = true;
      await withRetries(() => destination.deleteUnchanged(stale), this.#options);
    }
    for (const keys of this.#options.create === false ? [] : runsOf(missing)) {
      const entries = await this.#read(keys);
      for (const batch of batchesOf(entries, this.#limits)) {
        this.started = true;
        await writeEntries(destination, batch, this.#limits, this.#ledger, this.#options);
      }
    }
  }

  outcome(): CopiedChanges {
    return {
      created: this.#created,
      replaced: this.#replaced,
      deleted: this.#deleted,
      writtenRevisions: this.#ledger.writtenRevisions,
    };
  }

  /** A request for each key: changed ones are few, and what lies between them is not to be read. */
  async #read(keys: readonly Buffer[]): Promise<readonly KeyValue[]> {
    const { source, revision } = this.#options;
    const pages = await Promise.all(
      keys.map((from) =>
        withRetries(() => source.range({ from, to: keyAfter(from), revision, limit: 1 }), this.#options),
      ),
    );
    return pages.flatMap(({ entries }) => entries);
  }
}

/** How many keys are read, and held, at the same time: at most this many of etcd's greatest values. */
const KEYS_PER_RUN = 32;

function* runsOf(keys: readonly Buffer[]): Generator<readonly Buffer[]> {
  for (let start = 0; start < keys.length; start += KEYS_PER_RUN) {
    yield keys.slice(start, start + KEYS_PER_RUN);
  }
}
