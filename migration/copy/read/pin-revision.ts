import { keyAfter } from "../store/key-range.ts";
import type { KeyRange, KeyValueStore } from "../store/key-value-store.ts";
import { withRetries, type RetryOptions } from "../store/retry.ts";

/**
 * The store's latest revision, from a read that the whole etcd cluster agrees on. A member's own status may lag behind
 * what has been written through another member, and a comparison at that revision would miss those writes.
 */
export async function pinRevision(store: KeyValueStore, range: KeyRange, options: RetryOptions = {}): Promise<bigint> {
  const page = await withRetries(
    () => store.range({ from: range.from, to: keyAfter(range.from), countOnly: true }),
    options,
  );
  return page.revision;
}
