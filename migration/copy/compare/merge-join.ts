import { compareKeys } from "../store/entry-bytes.ts";
import type { StoredKeyValue } from "../store/key-value-store.ts";
import type { Page } from "../read/read-pages.ts";

export interface JoinVisitor {
  /** A key of the left side that the right one does not have. */
  readonly onlyLeft: (left: StoredKeyValue) => void;
  readonly onlyRight: (right: StoredKeyValue) => void;
  /** The same key on both sides. */
  readonly both: (left: StoredKeyValue, right: StoredKeyValue) => void;
  /** After each page of either side, awaited: the number of left keys seen, and how many there are. */
  readonly onPage?: (seen: number, total: number) => void | Promise<void>;
}

/** Walks two ranges, each sorted by key without duplicates, side by side. Holds one page of each. */
export async function mergeJoin(
  left: AsyncIterable<Page>,
  right: AsyncIterable<Page>,
  visitor: JoinVisitor,
): Promise<void> {
  const lefts = new Cursor(left);
  const rights = new Cursor(right);
  try {
    // Both first pages are requested at once.
    await Promise.all([lefts.load(), rights.load()]);
    while (lefts.current !== undefined || rights.current !== undefined) {
      visitPair(lefts, rights, visitor);
      if (lefts.needsPage || rights.needsPage) {
        await visitor.onPage?.(lefts.seen, lefts.total);
        await Promise.all([lefts.load(), rights.load()]);
      }
    }
  } finally {
    await Promise.all([lefts.close(), rights.close()]);
  }
}

/** One step, then all further ones that need no new page. */
function visitPair(lefts: Cursor, rights: Cursor, visitor: JoinVisitor): void {
  do {
    const left = lefts.current;
    const right = rights.current;
    const order = orderOf(left, right);
    if (order <= 0) {
      lefts.advance();
    }
    if (order >= 0) {
      rights.advance();
    }
    if (order < 0 && left !== undefined) {
      visitor.onlyLeft(left);
    } else if (order > 0 && right !== undefined) {
      visitor.onlyRight(right);
    } else if (left !== undefined && right !== undefined) {
      visitor.both(left, right);
    }
  } while (!lefts.needsPage && !rights.needsPage && (lefts.current !== undefined || rights.current !== undefined));
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
