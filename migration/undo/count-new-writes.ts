import type { KeyRange, KeyValueStore } from "../copy/store/key-value-store.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import { readPages } from "../copy/read/read-pages.ts";
import { withRetries, type RetryOptions } from "../copy/store/retry.ts";
import { isCompacted } from "../copy/store/store-error.ts";

/** What became of a range since a revision. */
export interface NewWrites {
  /** Keys that were created or overwritten. */
  readonly written: number;
  /** Keys of then that are gone, or were made anew. */
  readonly deleted: number;
}

/** How many keys that is in all: what the user is asked for. */
export function amountOf({ written, deleted }: NewWrites): number {
  return written + deleted;
}

/**
 * Counts what was written to the range since a revision, by its keys' revisions and their number. The same at each look as long as
 * nothing is written.
 *
 * @param keysThen how many there were; when it is not known, etcd is asked, and a history that is gone tells of no deletion.
 */
export async function countNewWrites(
  store: KeyValueStore,
  range: KeyRange,
  since: bigint,
  keysThen: number | undefined,
  retry: RetryOptions = {},
): Promise<NewWrites> {
  const revision = await pinRevision(store, range, retry);
  if (revision === since) return { written: 0, deleted: 0 };
  let written = 0;
  let survivors = 0;
  for await (const { entries } of readPages({ ...retry, store, name: "etcd", range, revision, keysOnly: true })) {
    written += entries.filter(({ modRevision }) => modRevision > since).length;
    survivors += entries.filter(({ createRevision }) => createRevision <= since).length;
  }
  const then = keysThen ?? (await keysAt(store, range, since, retry)) ?? survivors;
  return { written, deleted: Math.max(0, then - survivors) };
}

async function keysAt(
  store: KeyValueStore,
  range: KeyRange,
  revision: bigint,
  retry: RetryOptions,
): Promise<number | undefined> {
  if (revision === 0n) return 0;
  try {
    return (await withRetries(() => store.range({ ...range, revision, countOnly: true }), retry)).count;
  } catch (error) {
    if (isCompacted(error)) return undefined;
    throw error;
  }
}
