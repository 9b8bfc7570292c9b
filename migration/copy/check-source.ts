import { findTooLargeEntries, LargestEntries } from "./check-entry-sizes.ts";
import { EmptySourceError, LeasedKeysError } from "./errors.ts";
import { KEYS_LISTED } from "./store/key-sample.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "./store/key-value-store.ts";
import { readPages } from "./read/read-pages.ts";
import type { RetryOptions } from "./store/retry.ts";

/** What becomes of keys with a lease, which a copy cannot carry over. `copy-without`: they are copied, and stay for ever. */
export type LeasePolicy = "refuse" | "copy-without";

export interface SourceOptions extends RetryOptions {
  readonly source: KeyValueStore;
  /** When given, values are read too, and the destination is asked whether it takes the largest. */
  readonly destination?: KeyValueStore | undefined;
  readonly range: KeyRange;
  readonly revision: bigint;
  /** Whether no key at all is fine. Default false. */
  readonly allowEmpty?: boolean | undefined;
  /** Is shown each entry, in the order of the keys; without its value where there is no destination. */
  readonly onEntry?: ((entry: StoredKeyValue) => void) | undefined;
  /** Default `refuse`. */
  readonly leases?: LeasePolicy | undefined;
}

/**
 * Whether the range can be copied at all; writes nothing.
 *
 * @returns the number of keys.
 * @throws EmptySourceError when there is no key, LeasedKeysError when any has a lease, EntriesTooLargeError when the
 *   destination would refuse any for its size.
 */
export async function checkSource(options: SourceOptions): Promise<number> {
  const { destination, range, signal, retryForMilliseconds } = options;
  const { keys, leased, examples, largest } = await readKeys(options, destination === undefined);
  if (keys === 0 && options.allowEmpty !== true) {
    throw new EmptySourceError(options.range.from);
  }
  if (leased > 0 && options.leases !== "copy-without") {
    throw new LeasedKeysError(leased, examples);
  }
  const tooLarge =
    destination && (await findTooLargeEntries(largest, { destination, range, signal, retryForMilliseconds }));
  if (tooLarge !== undefined) {
    throw tooLarge;
  }
  return keys;
}

/** The same refusal in the midst of a copy: each page is checked; the leases of the whole range are counted only if need be. */
export async function refuseLeasedKeys(entries: readonly StoredKeyValue[], options: SourceOptions): Promise<void> {
  if (entries.some(({ lease }) => lease !== 0n)) {
    const { leased, examples } = await readKeys(options, true);
    throw new LeasedKeysError(leased, examples);
  }
}

interface SourceKeys {
  readonly keys: number;
  readonly leased: number;
  readonly examples: readonly Buffer[];
  readonly largest: LargestEntries;
}

async function readKeys(options: SourceOptions, keysOnly: boolean): Promise<SourceKeys> {
  let keys = 0;
  let leased = 0;
  const examples: Buffer[] = [];
  const largest = new LargestEntries();
  for await (const page of readPages({ ...options, store: options.source, name: "source", keysOnly })) {
    keys += page.entries.length;
    for (const entry of page.entries) {
      largest.add(entry);
      options.onEntry?.(entry);
      if (entry.lease !== 0n) {
        leased += 1;
        if (examples.length < KEYS_LISTED) {
          examples.push(entry.key);
        }
      }
    }
  }
  return { keys, leased, examples, largest };
}
