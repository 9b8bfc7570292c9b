import { deleteKeysOf } from "../copy/delete-keys-of.ts";
import type { KeyRange, KeyValueStore } from "../copy/key-value-store.ts";

/**
 * Deletes what was written to the range after the revision. A key that was overwritten is deleted with it: the next copy
 * writes it anew. Answers how many were deleted.
 */
export async function discardWrites(destination: KeyValueStore, range: KeyRange, after: bigint): Promise<number> {
  return deleteKeysOf(destination, range, ({ modRevision }) => modRevision > after);
}
