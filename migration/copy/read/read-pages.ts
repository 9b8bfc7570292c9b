import { counted } from "../../wording/counted.ts";
import { bytesOf, compareKeys } from "../store/entry-bytes.ts";
import { EntryTooLargeError, UntrustworthyAnswerError } from "../errors.ts";
import { isInRange, keyAfter } from "../store/key-range.ts";
import type { KeyRange, KeyValueStore, RangePage, StoredKeyValue } from "../store/key-value-store.ts";
import { FIRST_PAGE_KEYS, likelyEnd, nextPageKeys, smallerPageKeys } from "./page-size.ts";
import { printableKey } from "../store/printable-key.ts";
import { withRetries, type RetryOptions } from "../store/retry.ts";
import { isAnswerTooLarge } from "../store/store-error.ts";

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
  let fetching: Promise<Fetched> | undefined = fetchPage(options, { ...options.range, keys: FIRST_PAGE_KEYS });
  let total: number | undefined;
  let seen = 0;
  while (fetching !== undefined) {
    const fetched: Fetched = await fetching;
    const { entries } = fetched.page;
    // The first page is asked for up to the range's own end: its count is that of the whole range.
    total ??= fetched.page.count;
    seen += entries.length;
    const next = whatFollows(options.range, fetched, total - seen);
    fetching = next === undefined ? undefined : fetchPage(options, next);
    // If the caller stops before this page is awaited, its failure must not become an unhandled rejection.
    fetching?.catch(() => undefined);
    yield { entries, total };
  }
  if (seen !== total) {
    throw new UntrustworthyAnswerError(options.name, `it announced ${counted(total ?? 0, "key")} and gave ${seen}`);
  }
}

/** A part of the range, up to its end or to a likely end of the page. */
interface Asked extends KeyRange {
  readonly keys: number;
}

function whatFollows(range: KeyRange, { asked, page, limit }: Fetched, left: number): Asked | undefined {
  const { entries, more } = page;
  const last = entries.at(-1);
  if (!more && asked.to === range.to) {
    return undefined;
  }
  const from = more && last !== undefined ? keyAfter(last.key) : asked.to;
  const keys = nextPageKeys(limit, { keys: entries.length, bytes: bytesOf(entries) });
  // The last pages are asked for up to the range's own end, so that nothing is taken for granted of what lies there.
  const end = left > 2 * keys ? likelyEnd({ from: asked.from, to: from, keys: entries.length }, keys) : undefined;
  return { from, to: end !== undefined && isInRange({ from, to: range.to }, end) ? end : range.to, keys };
}

interface Fetched {
  readonly asked: Asked;
  readonly page: RangePage;
  readonly limit: number;
}

async function fetchPage(options: ReadOptions, asked: Asked): Promise<Fetched> {
  const { from, to, keys } = asked;
  const { store, name, revision, keysOnly = false } = options;
  for (let limit = keys; ; ) {
    try {
      const page = await withRetries(() => store.range({ from, to, revision, limit, keysOnly }), options);
      refuseUntrustworthyPage(options, asked, page);
      return { asked, page, limit };
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

/** What was asked for begins behind the page before: a key of that one would lie outside. */
export function refuseUntrustworthyPage(
  { name, revision }: Pick<ReadOptions, "name" | "revision">,
  asked: KeyRange,
  page: RangePage,
): void {
  const { entries, more } = page;
  let previous: StoredKeyValue | undefined;
  for (const entry of entries) {
    if (previous !== undefined && compareKeys(previous, entry) >= 0) {
      throw new UntrustworthyAnswerError(name, `key ${printableKey(entry.key)} came twice or out of order`);
    }
    // Neighbours mostly share a revision.
    if (entry.modRevision !== previous?.modRevision && entry.modRevision > revision) {
      throw new UntrustworthyAnswerError(
        name,
        `key ${printableKey(entry.key)} is from after revision ${revision.toString()}`,
      );
    }
    previous = entry;
  }
  // In order as they are, none of the others lies outside when these two do not.
  for (const entry of [entries[0], previous]) {
    if (entry !== undefined && !isInRange(asked, entry.key)) {
      throw new UntrustworthyAnswerError(
        name,
        `key ${printableKey(entry.key)} lies outside the range that was asked for`,
      );
    }
  }
  if (more && entries.length === 0) {
    throw new UntrustworthyAnswerError(name, "an empty page that is said not to be the last");
  }
}
