import { InFlight } from "./in-flight.ts";
import { keyAfter } from "./key-range.ts";
import type { KeyAtRevision, KeyRange, KeyValueStore, StoredKeyValue } from "./key-value-store.ts";
import { revisionOfOwnTransaction, type UnansweredTransaction } from "./own-transactions.ts";
import { pinRevision } from "./pin-revision.ts";
import { readPages } from "./read-pages.ts";
import { withRetries, type RetryOptions } from "./retry.ts";

/** Deletions of this many keys are handed to the store at a time. */
const KEYS_PER_CALL = 512;
const CALLS_IN_FLIGHT = 4;

export interface RemoveOptions extends RetryOptions {
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  /** As copyPrefix or its CopyInterruptedError gave them. */
  readonly writtenRevisions: ReadonlySet<bigint>;
  /** As CopyInterruptedError gave them; what they wrote is found and removed too. */
  readonly unanswered?: readonly UnansweredTransaction[];
}

/**
 * Takes back what a copy wrote: deletes the keys that stand exactly as its transactions created them. A key that existed
 * before, that another program wrote, or that was changed since, stays.
 *
 * @returns how many keys were deleted (fewer than were, when the reply to a deletion was lost).
 */
export async function removeCopiedKeys(options: RemoveOptions): Promise<number> {
  const { destination, range } = options;
  const revisions = new Set(options.writtenRevisions);
  for (const transaction of options.unanswered ?? []) {
    const revision = revisionOfOwnTransaction(transaction, await readKeysOf(transaction, options));
    if (revision !== undefined) {
      revisions.add(revision);
    }
  }
  if (revisions.size === 0) {
    return 0;
  }
  let removed = 0;
  const inFlight = new InFlight(CALLS_IN_FLIGHT);
  const revision = await pinRevision(destination, range, options);
  try {
    for await (const { entries } of readPages({ ...reading(options), range, revision, keysOnly: true })) {
      const ours = entries.filter((entry) => isUntouched(entry, revisions));
      for (const keys of groupsOf(ours, KEYS_PER_CALL)) {
        await inFlight.add(async () => {
          const deleted = await withRetries(() => destination.deleteUnchanged(keys), options);
          removed += deleted;
        });
      }
    }
    await inFlight.finish();
  } finally {
    await inFlight.settle();
  }
  return removed;
}

/** A transaction of ours only creates: a key it wrote and nobody changed has its revision twice. */
function isUntouched({ createRevision, modRevision }: StoredKeyValue, revisions: ReadonlySet<bigint>): boolean {
  return modRevision === createRevision && revisions.has(modRevision);
}

async function readKeysOf({ entries }: UnansweredTransaction, options: RemoveOptions): Promise<StoredKeyValue[]> {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) {
    return [];
  }
  const range = { from: first.key, to: keyAfter(last.key) };
  const revision = await pinRevision(options.destination, range, options);
  const wanted = new Set(entries.map(({ key }) => key.toString("latin1")));
  const found: StoredKeyValue[] = [];
  for await (const page of readPages({ ...reading(options), range, revision })) {
    found.push(...page.entries.filter(({ key }) => wanted.has(key.toString("latin1"))));
  }
  return found;
}

function reading({ destination, signal, retryForMilliseconds }: RemoveOptions) {
  return { store: destination, name: "destination", signal, retryForMilliseconds };
}

function* groupsOf(keys: readonly KeyAtRevision[], size: number): Generator<readonly KeyAtRevision[]> {
  for (let start = 0; start < keys.length; start += size) {
    yield keys.slice(start, start + size);
  }
}
