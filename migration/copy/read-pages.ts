import { EntryTooLargeError, UntrustworthyAnswerError } from "./errors.ts";
import { isInRange, keyAfter } from "./key-range.ts";
import type { KeyRange, KeyValueStore, RangePage, StoredKeyValue } from "./key-value-store.ts";
import { FIRST_PAGE_KEYS, nextPageKeys, smallerPageKeys } from "./page-size.ts";
import { printableKey } from "./printable-key.ts";
import { withRetries, type RetryOptions } from "./retry.ts";
import { isAnswerTooLarge } from "./store-error.ts";

export interface ReadOptions extends RetryOptions {
  readonly store: KeyValueStore;
  /** What a message calls the store: `source` or `destination`. */
  readonly name: string;
  readonly range: KeyRange;
  /** All pages show the state as of this revision, whatever is written meanwhile. */
  readonly revision: bigint;
  readonly keysOnly?: boolean;
}

export interface Page {
  readonly entries: readonly StoredKeyValue[];
  /** How many keys the whole range holds at the revision. */
  readonly total: number;
}

/**
 * A range at one revision, page by page; while the caller works on one page, the next is already being fetched.
 * Two pages are held at most. An empty range yields one empty page.
 *
 * @throws UntrustworthyAnswerError when keys come unsorted, twice, from outside the range, from after the revision, or
 *   not as many as announced; the store's error when reading fails for good.
 */
export async function* readPages(options: ReadOptions): AsyncGenerator<Page, void, undefined> {
  let total: number | undefined;
  let seen = 0;
  let fetching: Promise<Fetched> | undefined = fetchPage(options, options.range.from, FIRST_PAGE_KEYS);
  while (fetching !== undefined) {
    const { page, limit }: Fetched = await fetching;
    total ??= page.count;
    seen += page.entries.length;
    fetching = undefined;
    const last = page.entries.at(-1);
    if (page.more && last !== undefined) {
      const keys: number = nextPageKeys(limit, { keys: page.entries.length, bytes: bytesOf(page.entries) });
      fetching = fetchPage(options, keyAfter(last.key), keys);
      // If the caller stops before this page is awaited, its failure must not become an unhandled rejection.
      fetching.catch(() => undefined);
    }
    yield { entries: page.entries, total };
  }
  if (seen !== total) {
    throw new UntrustworthyAnswerError(options.name, `it announced ${total ?? 0} keys and gave ${seen}`);
  }
}

interface Fetched {
  readonly page: RangePage;
  readonly limit: number;
}

async function fetchPage(options: ReadOptions, from: Buffer, keys: number): Promise<Fetched> {
  const { store, name, range, revision, keysOnly = false } = options;
  for (let limit = keys; ; ) {
    try {
      const page = await withRetries(() => store.range({ from, to: range.to, revision, limit, keysOnly }), options);
      refuseUntrustworthyPage(options, from, page);
      return { page, limit };
    } catch (error) {
      if (!isAnswerTooLarge(error)) {
        throw error;
      }
      const smaller = smallerPageKeys(limit);
      if (smaller === undefined) {
        throw keysOnly ? error : new EntryTooLargeError(name, await firstKey(options, from), error);
      }
      limit = smaller;
    }
  }
}

async function firstKey({ store, range, revision, ...retry }: ReadOptions, from: Buffer): Promise<Buffer> {
  const request = { from, to: range.to, revision, limit: 1, keysOnly: true };
  const { entries } = await withRetries(() => store.range(request), retry);
  return entries[0]?.key ?? from;
}

/** `from` is the first key that the page may hold: a key from an earlier page is below it. */
function refuseUntrustworthyPage({ name, range, revision }: ReadOptions, from: Buffer, page: RangePage): void {
  const expected = { from, to: range.to };
  let previous: Buffer | undefined;
  for (const { key, modRevision } of page.entries) {
    if (!isInRange(expected, key)) {
      throw new UntrustworthyAnswerError(name, `key ${printableKey(key)} lies outside the range that was asked for`);
    }
    if (previous !== undefined && previous.compare(key) >= 0) {
      throw new UntrustworthyAnswerError(name, `key ${printableKey(key)} came twice or out of order`);
    }
    if (modRevision > revision) {
      throw new UntrustworthyAnswerError(
        name,
        `key ${printableKey(key)} is from after revision ${revision.toString()}`,
      );
    }
    previous = key;
  }
  if (page.more && page.entries.length === 0) {
    throw new UntrustworthyAnswerError(name, "an empty page that is said not to be the last");
  }
}

function bytesOf(entries: readonly StoredKeyValue[]): number {
  return entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
}
