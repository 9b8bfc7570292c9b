import { findTooLargeEntries, LargestEntries } from "../../copy/check-entry-sizes.ts";
import type { EntriesTooLargeError } from "../../copy/errors.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "../../copy/store/key-value-store.ts";
import { KeySampler, type KeySample } from "../../copy/store/key-sample.ts";
import { compareRanges } from "../../copy/compare/compare-ranges.ts";
import { KeyTotals } from "../../copy/compare/key-totals.ts";
import type { Tally } from "../../copy/compare/merge-join.ts";
import { pinRevision } from "../../copy/read/pin-revision.ts";
import { printableKey } from "../../copy/store/printable-key.ts";
import { hasSameValue, valueLength } from "../../copy/store/entry-bytes.ts";

/** What both sides hold, each at one revision; names and sizes, never a value. */
export interface ComparedStores {
  readonly source: {
    readonly revision: bigint;
    readonly keys: number;
    /** The sum of the lengths of all keys and values. */
    readonly bytes: number;
    readonly largestValue: { readonly key: string; readonly bytes: number } | undefined;
    readonly leased: KeySample;
  };
  readonly destination: {
    readonly revision: bigint;
    readonly keys: number;
    /** Keys with the source's bytes: an earlier copy's. */
    readonly equal: number;
    readonly otherValue: KeySample;
    readonly notInSource: KeySample;
    readonly leased: KeySample;
  };
  /** What a copy would have to write. */
  readonly missing: { readonly keys: number; readonly bytes: number };
  /** Set when the destination would refuse some of the source's values for their size. */
  readonly tooLarge: EntriesTooLargeError | undefined;
}

export interface CompareStoresOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly keysDone: number; readonly keysTotal: number }) => void;
}

/** Reads both sides once, side by side, and asks the destination about large values. Holds a page of each. */
export async function compareStores(options: CompareStoresOptions): Promise<ComparedStores> {
  const { source, destination, range, signal, onProgress } = options;
  const [sourceRevision, destinationRevision] = await Promise.all([
    pinRevision(source, range, { signal }),
    pinRevision(destination, range, { signal }),
  ]);
  const tally = new CopyPreview();
  await compareRanges(
    {
      ...{ range, signal },
      source: { store: source, revision: sourceRevision },
      destination: { store: destination, revision: destinationRevision },
      onPage: (keysDone, keysTotal) => {
        onProgress({ keysDone, keysTotal });
      },
    },
    tally,
  );
  const { onSource, onDestination, equal, otherValue, notInSource, missing } = tally;
  return {
    source: {
      ...{ keys: onSource.keys, bytes: onSource.bytes, leased: onSource.leased.sample() },
      ...{ revision: sourceRevision, largestValue: tally.largest },
    },
    destination: {
      ...{ keys: onDestination.keys, equal, otherValue: otherValue.sample(), notInSource: notInSource.sample() },
      ...{ leased: onDestination.leased.sample(), revision: destinationRevision },
    },
    missing: { keys: missing.keys, bytes: missing.bytes },
    tooLarge: await findTooLargeEntries(tally.largestEntries, { destination, range, signal }),
  };
}

/** What a copy would find, and what it would have to write. */
class CopyPreview implements Tally {
  readonly onSource = new KeyTotals();
  readonly onDestination = new KeyTotals();
  readonly missing = new KeyTotals();
  equal = 0;
  readonly otherValue = new KeySampler();
  readonly notInSource = new KeySampler();
  readonly largestEntries = new LargestEntries();
  largest: { readonly key: string; readonly bytes: number } | undefined;

  onlySource(entry: StoredKeyValue): void {
    this.#addSource(entry);
    this.missing.add(entry);
  }

  onlyDestination(entry: StoredKeyValue): void {
    this.onDestination.add(entry);
    this.notInSource.add(entry);
  }

  both(entry: StoredKeyValue, standing: StoredKeyValue): void {
    this.#addSource(entry);
    this.onDestination.add(standing);
    if (hasSameValue(entry, standing)) {
      this.equal += 1;
    } else {
      this.otherValue.add(standing);
    }
  }

  #addSource(entry: StoredKeyValue): void {
    this.onSource.add(entry);
    this.largestEntries.add(entry);
    const bytes = valueLength(entry);
    if (this.largest === undefined || bytes > this.largest.bytes) {
      this.largest = { key: printableKey(entry.key), bytes };
    }
  }
}
