import { groupsOf } from "./groups-of.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import { pinRevision } from "../read/pin-revision.ts";
import { readPages } from "../read/read-pages.ts";
import { withRetries } from "../store/retry.ts";

/** As many deletions are handed to the store at a time. */
const keysPerCall = 512;

/**
 * Deletes those keys of the range that are meant, each only while it stands as it did when all were read. Answers how many
 * were deleted.
 */
export async function deleteKeysOf(
  store: KeyValueStore,
  range: KeyRange,
  isMeant: (entry: StoredKeyValue) => boolean,
): Promise<number> {
  const revision = await pinRevision(store, range);
  const meant: StoredKeyValue[] = [];
  for await (const page of readPages({ store, name: "destination", range, revision, keysOnly: true })) {
    meant.push(...page.entries.filter(isMeant));
  }
  let deleted = 0;
  for (const keys of groupsOf(meant, keysPerCall)) {
    deleted += await withRetries(() => store.deleteUnchanged(keys), {});
  }
  return deleted;
}
