import { compareKeys } from "../store/entry-bytes.ts";
import type { StoredKeyValue } from "../store/key-value-store.ts";
import type { Page } from "../read/read-pages.ts";

/** What a comparison counts or gathers: it is handed each key of either side once, in ascending order. */
export interface Tally {
  /** A key that the destination does not have. */
  onlySource(source: StoredKeyValue): void;
  onlyDestination(destination: StoredKeyValue): void;
  /** The same key on both sides. */
  both(source: StoredKeyValue, destination: StoredKeyValue): void;
}

/**
 * Walks two ranges, each sorted by key without duplicates, side by side. Holds one page of each.
 *
 * @param onPage after each page of either side, awaited: the number of the source's keys seen, and how many there are.
 */
export async function mergeJoin(
  source: AsyncIterable<Page>,
  destination: AsyncIterable<Page>,
  tally: Tally,
  onPage?: (seen: number, total: number) => void | Promise<void>,
): Promise<void> {
  const sources = new Cursor(source);
  const destinations = new Cursor(destination);
  try {
    // Both first pages are requested at once.
    await Promise.all([sources.load(), destinations.load()]);
    while (sources.current !== undefined || destinations.current !== undefined) {
      visitPair(sources, destinations, tally);
      if (sources.needsPage || destinations.needsPage) {
        await onPage?.(sources.seen, sources.total);
        await Promise.all([sources.load(), destinations.load()]);
      }
    }
  } finally {
    await Promise.all([sources.close(), destinations.close()]);
  }
}

/** One step, then all further ones that need no new page. */
function visitPair(sources: Cursor, destinations: Cursor, tally: Tally): void {
  do {
    const source = sources.current;
    const destination = destinations.current;
    const order = orderOf(source, destination);
    if (order <= 0) {
      sources.advance();
    }
    if (order >= 0) {
      destinations.advance();
    }
    if (order < 0 && source !== undefined) {
      tally.onlySource(source);
    } else if (order > 0 && destination !== undefined) {
      tally.onlyDestination(destination);
    } else if (source !== undefined && destination !== undefined) {
      tally.both(source, destination);
    }
  } while (
    !sources.needsPage &&
    !destinations.needsPage &&
    (sources.current !== undefined || destinations.current !== undefined)
  );
}

/** An exhausted side sorts after everything. */
function orderOf(left: StoredKeyValue | undefined, right: StoredKeyValue | undefined): number {
  if (left === undefined || right === undefined) {
    return (left === undefined ? 1 : 0) - (right === undefined ? 1 : 0);
  }
  return compareKeys(left, right);
}

class Cursor {
  readonly #pages: AsyncIterator<Page>;
  #entries: readonly StoredKeyValue[] = [];
  #index = 0;
  #done = false;
  seen = 0;
  total = 0;

  constructor(pages: AsyncIterable<Page>) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  get current(): StoredKeyValue | undefined {
    return this.#entries[this.#index];
  }

  get needsPage(): boolean {
    return !this.#done && this.#index >= this.#entries.length;
  }

  advance(): void {
    this.#index += 1;
    this.seen += 1;
  }

  /** Moves on to the next page that has entries, or to the end. */
  async load(): Promise<void> {
    while (this.needsPage) {
      const result = await this.#pages.next();
      if (result.done === true) {
        this.#done = true;
        return;
      }
      this.#entries = result.value.entries;
      this.#index = 0;
      this.total = result.value.total;
    }
  }

  async close(): Promise<void> {
    await this.#pages.return?.();
  }
}
