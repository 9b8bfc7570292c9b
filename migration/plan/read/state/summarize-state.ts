import type { EarlierPass } from "../../../copy/changes/copy-changes.ts";
import { KeySampler, type KeySample } from "../../../copy/store/key-sample.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "../../../copy/store/key-value-store.ts";
import { compareRanges } from "../../../copy/compare/compare-ranges.ts";
import { DestinationKeys } from "../../../copy/compare/foreign-keys.ts";
import { KeyTotals } from "../../../copy/compare/key-totals.ts";
import type { Tally } from "../../../copy/compare/merge-join.ts";
import { pinRevision } from "../../../copy/read/pin-revision.ts";
import { StateCheck, type StateFindings, type TridentNames } from "../../../trident/state/check-state.ts";
import type { StateCounts } from "../../migration-plan.ts";
import { StateCounter } from "./state-counts.ts";

/** What both sides hold, by names, counts and sizes. */
export interface StateSummary {
  readonly revision: bigint;
  readonly keys: number;
  readonly counts: StateCounts;
  readonly transactions: KeySample;
  readonly leased: KeySample;
  /** Absent when values were not read. */
  readonly bytes?: number;
  readonly storeVersion?: string;
  /** Whether a Trident can start on it; with values unread, only whether it is what the old one lists. */
  readonly findings: StateFindings;
  readonly destination?: DestinationSummary;
}

export interface DestinationSummary {
  readonly keys: number;
  /** With values unread: of the same name. */
  readonly equal: number;
  /** Of the equal ones, keys and values; absent when values were not read. */
  readonly equalBytes?: number;
  /** Left by an earlier run that was killed, and not equal any more: the migration brings them up to date. */
  readonly stale: number;
  /** Anybody else's: not in the source, with another value, or with a lease. */
  readonly foreign: KeySample;
}

export interface SummaryOptions {
  readonly source: KeyValueStore;
  /** Absent when it can't be asked, or is not there yet. */
  readonly destination?: KeyValueStore | undefined;
  readonly range: KeyRange;
  /** What the Trident on the source lists; absent where none can be asked. */
  readonly served?: TridentNames | undefined;
  /** Tells keys in the destination that an earlier run left there. */
  readonly earlier?: Pick<EarlierPass, "isAsLeft"> | undefined;
  readonly retryForMilliseconds?: number;
  /** After this long without an end it starts over without values. Default 8,000. */
  readonly valuesForMilliseconds?: number;
}

const defaultValuesForMilliseconds = 8_000;

/**
 * Reads both sides once, side by side, at one revision each. Values are read for their length and to compare them, and
 * none is kept, but for the version that Trident gives its store and names of what is missing; a state too large for that is read by its keys alone.
 */
export async function summarizeState(options: SummaryOptions): Promise<StateSummary> {
  const { range, retryForMilliseconds, valuesForMilliseconds = defaultValuesForMilliseconds } = options;
  const retries = retryForMilliseconds === undefined ? {} : { retryForMilliseconds };
  const revisions = {
    source: await pinRevision(options.source, range, retries),
    destination: options.destination && (await pinRevision(options.destination, range, retries)),
  };
  const deadline = performance.now() + valuesForMilliseconds;
  try {
    return await pass({ ...options, ...retries, revisions, keysOnly: false }, () => performance.now() > deadline);
  } catch (error) {
    if (!(error instanceof TakesTooLong)) throw error;
    return pass({ ...options, ...retries, revisions, keysOnly: true }, () => false);
  }
}

class TakesTooLong extends Error {
  override readonly name = "TakesTooLong";
}

interface PassOptions extends SummaryOptions {
  readonly revisions: { readonly source: bigint; readonly destination: bigint | undefined };
  readonly keysOnly: boolean;
}

async function pass(options: PassOptions, takesTooLong: () => boolean): Promise<StateSummary> {
  const { source, range, revisions, keysOnly } = options;
  const found = new KeyTotals();
  const transactions = new KeySampler();
  const there = new DestinationKeys(options.earlier?.isAsLeft);
  const counter = new StateCounter(range.from);
  const check = new StateCheck(range.from, options.served);
  let storeVersion: string | undefined;
  const count = (entry: StoredKeyValue): void => {
    const { key } = entry;
    found.add(entry);
    const kind = counter.add(key);
    check.add(entry, !keysOnly);
    if (kind === "transactions") transactions.add({ key });
    if (kind === "other" && isStoreKey(key, range.from)) storeVersion = versionIn(entry.value);
  };
  const tally: Tally = {
    onlySource: count,
    onlyDestination: (standing) => {
      there.onlyDestination(standing);
    },
    both: (entry, standing) => {
      count(entry);
      there.both(entry, standing);
    },
  };
  const { destination } = options;
  await compareRanges(
    {
      ...{ range, keysOnly, retryForMilliseconds: options.retryForMilliseconds },
      source: { store: source, revision: revisions.source },
      destination:
        destination === undefined || revisions.destination === undefined
          ? undefined
          : { store: destination, revision: revisions.destination },
      onPage: () => {
        if (takesTooLong()) throw new TakesTooLong();
      },
    },
    tally,
  );
  return {
    revision: revisions.source,
    keys: found.keys,
    counts: counter.counts(),
    transactions: transactions.sample(),
    leased: found.leased.sample(),
    findings: check.findings(),
    ...(keysOnly ? {} : { bytes: found.bytes }),
    ...(storeVersion === undefined ? {} : { storeVersion }),
    ...(destination === undefined ? {} : { destination: destinationSummary(there, keysOnly) }),
  };
}

function destinationSummary({ keys, equal, stale, foreign }: DestinationKeys, keysOnly: boolean): DestinationSummary {
  return {
    ...{ keys, equal: equal.keys, stale, foreign: foreign.sample() },
    ...(keysOnly ? {} : { equalBytes: equal.bytes }),
  };
}

function isStoreKey(key: Buffer, prefix: Buffer): boolean {
  return key.length === prefix.length + 5 && key.toString("latin1", prefix.length) === "store";
}

/** The one value that is looked into, and of it one field, if it looks like a version and nothing else. */
function versionIn(value: Buffer): string | undefined {
  try {
    const { store_version: version } = JSON.parse(value.toString("utf8")) as { store_version?: unknown };
    return typeof version === "string" && /^[\w.-]{1,20}$/.test(version) ? version : undefined;
  } catch {
    return undefined;
  }
}
