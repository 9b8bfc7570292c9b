import { hasSameValue } from "../store/entry-bytes.ts";
import { KeySampler, type KeySample } from "../store/key-sample.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import { withRetries, type RetryOptions } from "../store/retry.ts";
import { compareRanges } from "./compare-ranges.ts";
import { KeyTotals } from "./key-totals.ts";
import type { Tally } from "./merge-join.ts";

export interface ForeignKeysOptions extends RetryOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  readonly sourceRevision: bigint;
  /** Whether a key stands as an earlier, interrupted copy left it: it is then not foreign, whatever the source has become. */
  readonly isAsLeft?: ((entry: StoredKeyValue) => boolean) | undefined;
}

/** What the destination's range holds before anything is copied, as counted by DestinationKeys. */
export interface DestinationKeysFound {
  readonly equal: { readonly keys: number };
  readonly foreign: KeySample;
  readonly leftRevisions: ReadonlySet<bigint>;
}

/** Foreign is what the copy may not touch and could not end equal with. An empty destination costs a single request. */
export async function findForeignKeys(options: ForeignKeysOptions): Promise<DestinationKeysFound> {
  const { source, destination, range, sourceRevision, isAsLeft, signal, retryForMilliseconds } = options;
  const retry = { signal, retryForMilliseconds };
  const keys = new DestinationKeys(isAsLeft);
  const { count, revision } = await withRetries(() => destination.range({ ...range, countOnly: true }), retry);
  if (count > 0) {
    const sides = {
      source: { store: source, revision: sourceRevision },
      destination: { store: destination, revision },
    };
    await compareRanges({ ...retry, range, ...sides }, keys);
  }
  return keys;
}

/**
 * Sorts the destination's keys: equal to the source's and without a lease, as an interrupted copy leaves them; stale, which is
 * left by an earlier copy and not equal any more; foreign, which is any other.
 */
export class DestinationKeys implements Tally {
  keys = 0;
  stale = 0;
  readonly equal = new KeyTotals();
  readonly foreign = new KeySampler();
  /** The revisions at which the earlier copy wrote what stands there, equal or not: all that takes it back. */
  readonly leftRevisions = new Set<bigint>();
  readonly #isAsLeft: ((entry: StoredKeyValue) => boolean) | undefined;

  constructor(isAsLeft?: (entry: StoredKeyValue) => boolean) {
    this.#isAsLeft = isAsLeft;
  }

  /** Nothing of the destination's. */
  onlySource(): void {
    return;
  }

  onlyDestination(entry: StoredKeyValue): void {
    this.#add(entry, false);
  }

  both(source: StoredKeyValue, destination: StoredKeyValue): void {
    this.#add(destination, destination.lease === 0n && hasSameValue(source, destination));
  }

  #add(entry: StoredKeyValue, isEqual: boolean): void {
    const isLeft = this.#isAsLeft?.(entry) === true;
    this.keys += 1;
    if (isLeft) this.leftRevisions.add(entry.modRevision);
    if (isEqual) this.equal.add(entry);
    else if (isLeft) this.stale += 1;
    else this.foreign.add(entry);
  }
}
