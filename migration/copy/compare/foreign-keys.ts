import { KeySampler } from "../store/key-sample.ts";
import type { KeyRange, KeyValueStore } from "../store/key-value-store.ts";
import { mergeJoin } from "./merge-join.ts";
import { pinRevision } from "../read/pin-revision.ts";
import { readPages } from "../read/read-pages.ts";
import type { RetryOptions } from "../store/retry.ts";

export interface CompareOptions extends RetryOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  readonly sourceRevision: bigint;
}

export interface DestinationKeys {
  /** The printable names of the first ten keys that the copy may not touch and could not end equal with. */
  readonly foreign: string[];
  readonly foreignCount: number;
  /** Keys with the source's bytes, as a copy that was interrupted leaves them. */
  readonly equalCount: number;
}

/**
 * What the destination's range holds before anything is copied. Foreign is a key that the source does not have, one with
 * other bytes, and one with a lease. An empty destination costs a single request.
 */
export async function findForeignKeys(options: CompareOptions): Promise<DestinationKeys> {
  const { source, destination, range, sourceRevision, signal, retryForMilliseconds } = options;
  const reading = { range, signal, retryForMilliseconds };
  const revision = await pinRevision(destination, range, options);
  const foreign = new KeySampler();
  let equalCount = 0;
  const pages = readPages({ ...reading, store: destination, name: "destination", revision });
  const first = await pages.next();
  if (first.done === true || first.value.total === 0) {
    return { foreign: [], foreignCount: 0, equalCount };
  }
  const firstPage = first.value;
  async function* allPages() {
    yield firstPage;
    yield* pages;
  }
  await mergeJoin(readPages({ ...reading, store: source, name: "source", revision: sourceRevision }), allPages(), {
    onlyLeft: () => undefined,
    onlyRight: (right) => {
      foreign.add(right);
    },
    both: (left, right) => {
      if (left.value.equals(right.value) && right.lease === 0n) {
        equalCount += 1;
      } else {
        foreign.add(right);
      }
    },
  });
  return { foreign: foreign.first, foreignCount: foreign.count, equalCount };
}
