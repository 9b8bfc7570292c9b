import type { EarlierPass } from "../../../copy/copy-changes.ts";
import { hasSameValue, keyLength, valueLength } from "../../../copy/store/entry-bytes.ts";
import { KeySampler, type KeySample } from "../../../copy/store/key-sample.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "../../../copy/store/key-value-store.ts";
import { mergeJoin } from "../../../copy/compare/merge-join.ts";
import { pinRevision } from "../../../copy/read/pin-revision.ts";
import { readPages, type Page } from "../../../copy/read/read-pages.ts";
import { StateCheck, type StateFindings, type TridentNames } from "../../../trident/state/check-state.ts";
import type { StateCounts } from "../../migration-plan.ts";
import { StateCounter } from "./state-counts.ts";

/** What both sides hold, by names, counts and sizes. */
export interface StateSurvey {
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
  readonly destination?: DestinationSurvey;
}

export interface DestinationSurvey {
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

export interface SurveyOptions {
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
export async function surveyState(options: SurveyOptions): Promise<StateSurvey> {
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

interface PassOptions extends SurveyOptions {
  readonly revisions: { readonly source: bigint; readonly destination: bigint | undefined };
  readonly keysOnly: boolean;
}

async function pass(options: PassOptions, takesTooLong: () => boolean): Promise<StateSurvey> {
  const { source, range, revisions, keysOnly } = options;
  const found = { keys: 0, bytes: 0, transactions: new KeySampler(), leased: new KeySampler() };
  const there = { keys: 0, equal: 0, equalBytes: 0, stale: 0, foreign: new KeySampler() };
  const counter = new StateCounter(range.from);
  const check = new StateCheck(range.from, options.served);
  let storeVersion: string | undefined;
  const count = (entry: StoredKeyValue): void => {
    const { key } = entry;
    found.keys += 1;
    found.bytes += keyLength(entry) + valueLength(entry);
    const kind = counter.add(key);
    check.add(entry, !keysOnly);
    if (kind === "transactions") found.transactions.add({ key });
    if (entry.lease !== 0n) found.leased.add({ key });
    if (kind === "other" && isStoreKey(key, range.from)) storeVersion = versionIn(entry.value);
  };
  const differs = (entry: StoredKeyValue): void => {
    if (options.earlier?.isAsLeft(entry) === true) there.stale += 1;
    else there.foreign.add(entry);
  };
  await mergeJoin(
    readPages({ ...options, store: source, name: "source", revision: revisions.source, keysOnly }),
    destinationPages(options),
    {
      onlyLeft: count,
      onlyRight: (entry) => {
        there.keys += 1;
        differs(entry);
      },
      both: (entry, other) => {
        count(entry);
        there.keys += 1;
        if (other.lease === 0n && hasSameValue(entry, other)) {
          there.equal += 1;
          there.equalBytes += keyLength(entry) + valueLength(entry);
        } else {
          differs(other);
        }
      },
      onPage: () => {
        if (takesTooLong()) throw new TakesTooLong();
      },
    },
  );
  return {
    revision: revisions.source,
    keys: found.keys,
    counts: counter.counts(),
    transactions: found.transactions.sample(),
    leased: found.leased.sample(),
    findings: check.findings(),
    ...(keysOnly ? {} : { bytes: found.bytes }),
    ...(storeVersion === undefined ? {} : { storeVersion }),
    ...(options.destination === undefined ? {} : { destination: destinationSurvey(there, keysOnly) }),
  };
}

function destinationSurvey(
  { equalBytes, foreign, ...counts }: Omit<DestinationSurvey, "foreign"> & { readonly foreign: KeySampler },
  keysOnly: boolean,
): DestinationSurvey {
  return { ...counts, ...(keysOnly || equalBytes === undefined ? {} : { equalBytes }), foreign: foreign.sample() };
}

async function* destinationPages(options: PassOptions): AsyncGenerator<Page, void, undefined> {
  const { destination, revisions, keysOnly } = options;
  if (destination === undefined || revisions.destination === undefined) return;
  yield* readPages({ ...options, store: destination, name: "destination", revision: revisions.destination, keysOnly });
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
