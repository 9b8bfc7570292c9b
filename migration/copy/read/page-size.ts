/** The first page is small: nothing is known yet about the size of the values. */
export const FIRST_PAGE_KEYS = 256;

/** Bounds what a page of tiny values holds in memory as objects. */
const MOST_KEYS = 8_000;

const WANTED_BYTES = 4 * 1024 * 1024;
const FASTEST_GROWTH = 32;

/**
 * How many keys to ask for next, from what the last page turned out to be: as many as make about 4 MiB.
 * Each Range walks the index up to its end to count, so few large pages are much cheaper than many small ones.
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
