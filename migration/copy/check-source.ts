import { EmptySourceError, LeasedKeysError } from "./errors.ts";
import { KEYS_LISTED } from "./key-sample.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "./key-value-store.ts";
import { readPages } from "./read-pages.ts";
import type { RetryOptions } from "./retry.ts";

/** What becomes of keys with a lease, which a copy cannot carry over. `copy-without`: they are copied, and stay for ever. */
export type LeasePolicy = "refuse" | "copy-without";

export interface SourceOptions extends RetryOptions {
  readonly source: KeyValueStore;
  readonly range: KeyRange;
  readonly revision: bigint;
  /** Whether no key at all is fine. Default false. */
  readonly allowEmpty?: boolean | undefined;
  /** Default `refuse`. */
  readonly leases?: LeasePolicy | undefined;
}

/**
 * Whether the range can be copied at all; reads keys only, writes nothing.
 *
 * @returns the number of keys.
 * @throws EmptySourceError when there is no key, LeasedKeysError when any has a lease.
 */
export async function checkSource(options: SourceOptions): Promise<number> {
  const { keys, leased, examples } = await countKeys(options);
  if (keys === 0 && options.allowEmpty !== true) {
    throw new EmptySourceError(options.range.from);
  }
  if (leased > 0 && options.leases !== "copy-without") {
    throw new LeasedKeysError(leased, examples);
  }
  return keys;
}

/** The same refusal in the midst of a copy: one look at each page; the leases of the whole range are counted only if need be. */
export async function refuseLeasedKeys(entries: readonly StoredKeyValue[], options: SourceOptions): Promise<void> {
  if (entries.some(({ lease }) => lease !== 0n)) {
    const { leased, examples } = await countKeys(options);
    throw new LeasedKeysError(leased, examples);
  }
}

async function countKeys(options: SourceOptions): Promise<{ keys: number; leased: number; examples: Buffer[] }> {
  let keys = 0;
  let leased = 0;
  const examples: Buffer[] = [];
  for await (const page of readPages({ ...options, store: options.source, name: "source", keysOnly: true })) {
    keys += page.entries.length;
    for (const { key } of page.entries.filter(({ lease }) => lease !== 0n)) {
      leased += 1;
      if (examples.length < KEYS_LISTED) {
        examples.push(key);
      }
    }
  }
  return { keys, leased, examples };
}
