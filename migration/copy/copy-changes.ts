import { counted } from "../wording/counted.ts";
import { batchesOf } from "./write/batches.ts";
import { ChangedKeysCollector, type ChangedKeys, type ChangedRun } from "./read/changed-keys.ts";
import type { VerifiedPass } from "./read/changed-since.ts";
import { refuseLeasedKeys, type LeasePolicy } from "./check-source.ts";
import { CopyConflictError, CopyInterruptedError, UntrustworthyAnswerError } from "./errors.ts";
import { findFewChanges } from "./read/few-changes.ts";
import { InFlight } from "./write/in-flight.ts";
import { keyAfter } from "./store/key-range.ts";
import type { KeyAtRevision, KeyRange, KeyValue, KeyValueStore, StoredKeyValue } from "./store/key-value-store.ts";
import { compareRanges } from "./compare/compare-ranges.ts";
import type { Tally } from "./compare/merge-join.ts";
import { pinRevision } from "./read/pin-revision.ts";
import { readPages } from "./read/read-pages.ts";
import { withRetries, type RetryOptions } from "./store/retry.ts";
import type { WriteLedger } from "./write/write-batch.ts";
import { usualLimits, writeEntries } from "./write/write-entries.ts";
import { WritePace } from "./write/write-pace.ts";

/** Groups of changed keys being carried at the same time: as many as keep etcd's disk busy while replies travel. */
const GROUPS_IN_FLIGHT = 8;

/** What is known of the destination: which of its keys stand as an earlier pass left them, and may be replaced. */
export interface EarlierPass {
  /** The source's revision that the earlier pass copied. */
  readonly since: bigint;
  /** Whether the key stands as the earlier pass left it. */
  readonly isAsLeft: (entry: StoredKeyValue) => boolean;
  /** What is known besides when the pass was verified in full. */
  readonly verified?: VerifiedPass;
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
  /** Keys that this pass wrote and the destination did not have. */
  readonly created: number;
  /** Keys that this pass deleted and wrote anew; with `create: false` those that it deleted to that end. */
  readonly replaced: number;
  /** Keys that the source no longer has and that are now gone from the destination, too. */
  readonly deleted: number;
  /** Destination revisions of the transactions that wrote keys. */
  readonly writtenRevisions: ReadonlySet<bigint>;
}

/**
 * The earlier pass as a verified copy knows it: what stands since before the verification was compared byte by byte.
 */
export function afterVerifiedCopy(verified: VerifiedPass): EarlierPass {
  return {
    since: verified.sourceRevision,
    isAsLeft: ({ modRevision, lease }) => lease === 0n && modRevision <= verified.destinationRevision,
    verified,
  };
}

/**
 * Carries over what changed in the source since an earlier pass, deletions included. Both sides are read without values, and
 * not even that after a verified pass where few keys changed and none was deleted; only changed keys are read with them. A key is replaced by deleting it, while it is as the earlier pass left it, and
 * creating it anew: what another program wrote in between is never overwritten. It is done, not proven: see verifyCopy.
 *
 * @throws CopyConflictError for keys that another program wrote; LeasedKeysError, UntrustworthyAnswerError, the signal's
 *   reason or the store's error; once something was written, CopyInterruptedError with one of these as its cause. The
 *   same call, with the same earlier pass, completes what was interrupted as long as the source has not changed again.
 */
export async function copyChanges(options: CopyChangesOptions): Promise<CopiedChanges> {
  options.signal?.throwIfAborted();
  const ledger: WriteLedger = {
    startRevision: await pinRevision(options.destination, options.range, options),
    writtenRevisions: new Set(),
    unanswered: new Set(),
  };
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const inFlight = new InFlight(GROUPS_IN_FLIGHT, (error) => {
    stop.abort(error);
  });
  const carrier = new Carrier({ ...options, signal }, ledger);
  try {
    await carryDifferences({ ...options, signal }, ledger.startRevision, carrier, inFlight);
    await inFlight.finish();
  } catch (error) {
    stop.abort(error);
    await inFlight.settle();
    const { created, replaced } = carrier;
    throw carrier.started
      ? new CopyInterruptedError(created + replaced, ledger.writtenRevisions, [...ledger.unanswered], error)
      : error;
  }
  const { created, replaced, deleted } = carrier;
  return { created, replaced, deleted, writtenRevisions: ledger.writtenRevisions };
}

/** Compares both sides by their revisions and has what differs carried, while the comparison goes on. */
async function carryDifferences(
  options: CopyChangesOptions,
  destinationRevision: bigint,
  carrier: Carrier,
  inFlight: InFlight,
): Promise<void> {
  const { source, destination, range, revision, earlier, signal, retryForMilliseconds } = options;
  const few = await findFewChanges(options, destinationRevision);
  const changed = few ?? new ChangedKeysCollector();
  const conflicts: Buffer[] = [];
  const begin = async (all: boolean): Promise<void> => {
    if (conflicts.length > 0) {
      throw new CopyConflictError(conflicts);
    }
    for (const group of changed.take(all)) {
      await inFlight.add(() => carrier.carry(group));
    }
  };
  if (few !== undefined) return begin(true);
  const tally: Tally = {
    onlySource: (entry) => {
      changed.create(entry);
    },
    onlyDestination: (entry) => {
      if (earlier.isAsLeft(entry)) {
        changed.delete(entry);
      } else {
        conflicts.push(entry.key);
      }
    },
    both: (entry, standing) => {
      if (!earlier.isAsLeft(standing)) {
        // It may be equal all the same, as a run of this that was interrupted leaves it: the guard compares.
        changed.create(entry);
      } else if (entry.modRevision > earlier.since) {
        changed.replace(entry, standing);
      } else {
        changed.keep();
      }
    },
  };
  await compareRanges(
    {
      ...{ range, keysOnly: true, signal, retryForMilliseconds },
      source: { store: source, revision, onRead: ({ entries }) => refuseLeases(entries, options) },
      destination: { store: destination, revision: destinationRevision },
      onPage: () => begin(false),
    },
    tally,
  );
  await begin(true);
}

async function refuseLeases(
  entries: readonly StoredKeyValue[],
  { leases, ...options }: CopyChangesOptions,
): Promise<void> {
  if (leases !== "copy-without") {
    await refuseLeasedKeys(entries, options);
  }
}

/** Makes changes, and counts what it has made. Groups share no key: they may be carried side by side. */
class Carrier {
  readonly #options: CopyChangesOptions;
  readonly #ledger: WriteLedger;
  readonly #limits = usualLimits();
  readonly #pace = new WritePace(GROUPS_IN_FLIGHT);
  /** Whether anything was sent to the destination. */
  started = false;
  created = 0;
  replaced = 0;
  deleted = 0;

  constructor(options: CopyChangesOptions, ledger: WriteLedger) {
    this.#options = options;
    this.#ledger = ledger;
  }

  /**
   * Reads before it deletes, so that a source that fails costs the destination nothing; deletes before it creates, since a
   * key that is replaced must be gone for the guard of its creation.
   */
  async carry({ kind, stale, runs }: ChangedKeys): Promise<void> {
    const { create = true } = this.#options;
    const entries = create ? (await Promise.all(runs.map((run) => this.#read(run)))).flat() : [];
    if (stale.length > 0) {
      await this.#delete(kind, stale);
    }
    for (const batch of batchesOf(entries, this.#limits)) {
      const written = batch.length - (await this.#create(batch));
      this.created += kind === "create" ? written : 0;
      this.replaced += kind === "replace" ? written : 0;
    }
    this.deleted += kind === "delete" ? stale.length : 0;
    this.replaced += kind === "replace" && !create ? stale.length : 0;
  }

  async #read({ range, keys }: ChangedRun): Promise<readonly KeyValue[]> {
    const { source, revision, signal, retryForMilliseconds } = this.#options;
    const reading = { store: source, name: "source", range, revision, signal, retryForMilliseconds };
    const entries: KeyValue[] = [];
    for await (const page of readPages(reading)) {
      entries.push(...page.entries);
    }
    if (entries.length !== keys) {
      throw new UntrustworthyAnswerError("source", `it had ${counted(keys, "key")} in a range, then ${entries.length}`);
    }
    return entries;
  }

  /**
   * Fewer deletions than keys: another program was faster, or the reply to an attempt that had deleted them was lost. Only
   * what is there now tells; of a key to replace its creation tells as well.
   */
  async #delete(kind: ChangedKeys["kind"], stale: readonly KeyAtRevision[]): Promise<void> {
    const { destination } = this.#options;
    this.#options.signal?.throwIfAborted();
    this.started = true;
    const deleted = await withRetries(() => destination.deleteUnchanged(stale), this.#options);
    if (deleted < stale.length && kind === "delete") {
      const there = await Promise.all(stale.map(({ key }) => this.#isThere(key)));
      const changed = stale.filter((_, index) => there[index]).map(({ key }) => key);
      if (changed.length > 0) {
        throw new CopyConflictError(changed);
      }
    }
  }

  async #isThere(key: Buffer): Promise<boolean> {
    const request = { from: key, to: keyAfter(key), countOnly: true };
    const { count } = await withRetries(() => this.#options.destination.range(request), this.#options);
    return count > 0;
  }

  async #create(batch: readonly KeyValue[]): Promise<number> {
    const { destination, signal, retryForMilliseconds } = this.#options;
    signal?.throwIfAborted();
    this.started = true;
    const writing = { signal, retryForMilliseconds, pace: this.#pace };
    return writeEntries(destination, batch, this.#limits, this.#ledger, writing);
  }
}
