import type { KeyRange, KeyValueStore, StoredKeyValue } from "../copy/key-value-store.ts";
import { pinRevision } from "../copy/pin-revision.ts";
import { readPages } from "../copy/read-pages.ts";
import { withRetries } from "../copy/retry.ts";

/** As many deletions are handed to the store at a time. */
const keysPerCall = 512;

/**
 * Deletes what was written to the range after the revision. A key that was overwritten is deleted with it: the next copy
 * writes it anew. Answers how many were deleted.
 */
export async function discardWrites(destination: KeyValueStore, range: KeyRange, after: bigint): Promise<number> {
  const revision = await pinRevision(destination, range);
  const newer: StoredKeyValue[] = [];
  for await (const page of readPages({ store: destination, name: "destination", range, revision, keysOnly: true })) {
    newer.push(...page.entries.filter(({ modRevision }) => modRevision > after));
  }
  let deleted = 0;
  for (let start = 0; start < newer.length; start += keysPerCall) {
    const keys = newer.slice(start, start + keysPerCall);
    deleted += await withRetries(() => destination.deleteUnchanged(keys), {});
  }
  return deleted;
}
