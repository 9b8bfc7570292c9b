/**
 * What to ask for next: how many keys, and up to which end. etcd counts the keys up to that end with every page, however few it
 * returns: without a near end, reading a million keys in pages costs it more for counting than for all the rest.
 */

/** The first page is small: nothing is known yet about the size of the values. */
export const FIRST_PAGE_KEYS = 256;

/** Bounds what a page of tiny values holds in memory as objects. */
const MOST_KEYS = 8_000;

const WANTED_BYTES = 4 * 1024 * 1024;
const FASTEST_GROWTH = 32;

/**
 * How many keys to ask for next, from what the last page turned out to be: as many as make about 4 MiB.
 * Few large pages are much cheaper than many small ones.
 */
export function nextPageKeys(lastLimit: number, page: { readonly keys: number; readonly bytes: number }): number {
  if (page.keys === 0) {
    return lastLimit;
  }
  const bytesEach = Math.max(1, page.bytes / page.keys);
  const fitting = Math.floor(WANTED_BYTES / bytesEach);
  return Math.max(1, Math.min(fitting, lastLimit * FASTEST_GROWTH, MOST_KEYS));
}

/** After an answer too large for the client: half, down to a single key; undefined when it was a single key already. */
export function smallerPageKeys(limit: number): number | undefined {
  return limit > 1 ? Math.floor(limit / 2) : undefined;
}

/** What was read last: all keys from `from` on, up to and without `to`. */
export interface ReadSpan {
  readonly from: Buffer;
  readonly to: Buffer;
  readonly keys: number;
}

/** As many bytes of a key as a number holds exactly, and are enough to tell the keys of two pages apart. */
const WINDOW_BYTES = 6;
const WINDOW_LIMIT = 2 ** (8 * WINDOW_BYTES);

/** Nothing is known of what follows: where there were few keys, the next span is not made longer than this many times. */
const MOST_GROWTH = 64;

/**
 * A key before which, if the keys go on as in the span, about so many lie. It is a guess: where it is wrong a page holds
 * fewer keys, or etcd counts more. Undefined when there is none.
 */
export function likelyEnd(span: ReadSpan, wantedKeys: number): Buffer | undefined {
  // One byte of what both have in common lets the guess carry into it.
  const start = Math.max(0, commonBytes(span.from, span.to) - 1);
  const from = numberAt(span.from, start);
  const to = numberAt(span.to, start);
  // Twice as far as needed: keys to count cost little, a page that ends early costs a request.
  const growth = Math.min(MOST_GROWTH, (2 * wantedKeys) / Math.max(1, span.keys));
  const end = to + Math.max(1, Math.ceil((to - from) * growth));
  if (end >= WINDOW_LIMIT) {
    return undefined;
  }
  const key = Buffer.alloc(start + WINDOW_BYTES);
  span.to.copy(key, 0, 0, start);
  key.writeUIntBE(end, start, WINDOW_BYTES);
  return key;
}

function commonBytes(left: Buffer, right: Buffer): number {
  const shorter = Math.min(left.length, right.length);
  let common = 0;
  while (common < shorter && left[common] === right[common]) {
    common += 1;
  }
  return common;
}

/** A key that ends earlier sorts as if it went on with zeros. */
function numberAt(key: Buffer, start: number): number {
  const window = Buffer.alloc(WINDOW_BYTES);
  key.copy(window, 0, start);
  return window.readUIntBE(0, WINDOW_BYTES);
}
