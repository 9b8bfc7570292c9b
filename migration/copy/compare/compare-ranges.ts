import { readPages, type Page } from "../read/read-pages.ts";
import type { KeyRange, KeyValueStore } from "../store/key-value-store.ts";
import type { RetryOptions } from "../store/retry.ts";
import { mergeJoin, type Tally } from "./merge-join.ts";

/** One side of a comparison, as it stood at one revision whatever is written meanwhile. */
export interface ComparedSide {
  readonly store: KeyValueStore;
  readonly revision: bigint;
  /** Is shown each page before its keys are compared, and awaited. */
  readonly onRead?: (page: Page) => void | Promise<void>;
}

export interface ComparedRanges extends RetryOptions {
  readonly range: KeyRange;
  readonly source: ComparedSide;
  /** Undefined where there is none: as one without any key. */
  readonly destination: ComparedSide | undefined;
  /** Values are then neither read nor to be compared. Default false. */
  readonly keysOnly?: boolean;
  /** After each page of either side, awaited: the number of the source's keys compared, and how many there are. */
  readonly onPage?: ((compared: number, total: number) => void | Promise<void>) | undefined;
}

/**
 * Reads the range of both sides, side by side, and hands each key to the tally. Holds two pages of each.
 *
 * @throws UntrustworthyAnswerError, the signal's reason or a store's error.
 */
export async function compareRanges(ranges: ComparedRanges, tally: Tally): Promise<void> {
  const { source, destination, onPage } = ranges;
  await mergeJoin(pagesOf(ranges, "source", source), pagesOf(ranges, "destination", destination), tally, onPage);
}

async function* pagesOf(
  { range, keysOnly = false, signal, retryForMilliseconds }: ComparedRanges,
  name: "source" | "destination",
  side: ComparedSide | undefined,
): AsyncGenerator<Page, void, undefined> {
  if (side === undefined) return;
  const { store, revision, onRead } = side;
  for await (const page of readPages({ store, name, range, revision, keysOnly, signal, retryForMilliseconds })) {
    await onRead?.(page);
    yield page;
  }
}
