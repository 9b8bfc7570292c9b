import { findTooLargeEntries, LargestEntries } from "../copy/check-entry-sizes.ts";
import type { EntriesTooLargeError } from "../copy/errors.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "../copy/store/key-value-store.ts";
import { KeySampler, type KeySample } from "../copy/store/key-sample.ts";
import { mergeJoin } from "../copy/compare/merge-join.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import { printableKey } from "../copy/store/printable-key.ts";
import { readPages } from "../copy/read/read-pages.ts";

/** What both sides hold, each at one revision; names and sizes, never a value. */
export interface Survey {
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

export interface SurveyOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly keysDone: number; readonly keysTotal: number }) => void;
}

/** Reads both sides once, side by side, and asks the destination about large values. Holds a page of each. */
export async function survey(options: SurveyOptions): Promise<Survey> {
  const { source, destination, range, signal, onProgress } = options;
  const [sourceRevision, destinationRevision] = await Promise.all([
    pinRevision(source, range, { signal }),
    pinRevision(destination, range, { signal }),
  ]);
  const onSource = { keys: 0, bytes: 0, leased: new KeySampler(), largest: new Largest() };
  const onDestination = {
    keys: 0,
    equal: 0,
    otherValue: new KeySampler(),
    notInSource: new KeySampler(),
    leased: new KeySampler(),
  };
  const missing = { keys: 0, bytes: 0 };
  const largestEntries = new LargestEntries();
  const addSource = (entry: StoredKeyValue): void => {
    onSource.keys += 1;
    onSource.bytes += bytesOf(entry);
    onSource.largest.add(entry);
    largestEntries.add(entry);
    if (entry.lease !== 0n) {
      onSource.leased.add(entry);
    }
  };
  const addDestination = (entry: StoredKeyValue): void => {
    onDestination.keys += 1;
    if (entry.lease !== 0n) {
      onDestination.leased.add(entry);
    }
  };
  await mergeJoin(
    readPages({ store: source, name: "source", range, revision: sourceRevision, signal }),
    readPages({ store: destination, name: "destination", range, revision: destinationRevision, signal }),
    {
      onlyLeft: (left) => {
        addSource(left);
        missing.keys += 1;
        missing.bytes += bytesOf(left);
      },
      onlyRight: (right) => {
        addDestination(right);
        onDestination.notInSource.add(right);
      },
      both: (left, right) => {
        addSource(left);
        addDestination(right);
        if (left.value.equals(right.value)) {
          onDestination.equal += 1;
        } else {
          onDestination.otherValue.add(right);
        }
      },
      onPage: (keysDone, keysTotal) => {
        onProgress({ keysDone, keysTotal });
      },
    },
  );
  const { largest, ...sourceCounts } = onSource;
  return {
    source: { ...sourceCounts, revision: sourceRevision, largestValue: largest.found },
    destination: { ...onDestination, revision: destinationRevision },
    missing,
    tooLarge: await findTooLargeEntries(largestEntries, { destination, range, signal }),
  };
}

function bytesOf({ key, value }: StoredKeyValue): number {
  return key.length + value.length;
}

class Largest {
  found: { key: string; bytes: number } | undefined;

  add({ key, value }: StoredKeyValue): void {
    if (this.found === undefined || value.length > this.found.bytes) {
      this.found = { key: printableKey(key), bytes: value.length };
    }
  }
}
