import { Carrier } from "./carrier.ts";
import { ChangedKeysCollector } from "./changed-keys.ts";
import type { VerifiedPass } from "../read/changed-since.ts";
import { refuseLeasedKeys, type LeasePolicy } from "../check-source.ts";
import { CopyConflictError, CopyInterruptedError } from "../errors.ts";
import { findFewChanges } from "./few-changes.ts";
import { InFlight } from "../write/in-flight.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import { compareRanges } from "../compare/compare-ranges.ts";
import type { Tally } from "../compare/merge-join.ts";
import { pinRevision } from "../read/pin-revision.ts";
import type { RetryOptions } from "../store/retry.ts";
import { WriteJournal } from "../write/write-journal.ts";
import { WritePace } from "../write/write-pace.ts";

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
  const journal = new WriteJournal(await pinRevision(options.destination, options.range, options));
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const inFlight = new InFlight(GROUPS_IN_FLIGHT, (error) => {
    stop.abort(error);
  });
  const carrier = new Carrier({ ...options, signal }, journal, new WritePace(GROUPS_IN_FLIGHT));
  try {
    await carryDifferences({ ...options, signal }, journal.startRevision, carrier, inFlight);
    await inFlight.finish();
  } catch (error) {
    stop.abort(error);
    await inFlight.settle();
    const { created, replaced } = carrier;
    throw carrier.started
      ? new CopyInterruptedError(created + replaced, journal.writtenRevisions, [...journal.unanswered], error)
      : error;
  }
  const { created, replaced, deleted } = carrier;
  return { created, replaced, deleted, writtenRevisions: journal.writtenRevisions };
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
