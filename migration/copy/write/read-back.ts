import { keyAfter } from "../store/key-range.ts";
import type { KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import type { UnansweredTransaction } from "./own-transactions.ts";
import { pinRevision } from "../read/pin-revision.ts";
import { readPages } from "../read/read-pages.ts";
import type { RetryOptions } from "../store/retry.ts";

/** What the destination holds now under the keys of a transaction. */
export async function readKeysOf(
  { entries }: UnansweredTransaction,
  destination: KeyValueStore,
  retry: RetryOptions,
): Promise<StoredKeyValue[]> {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) {
    return [];
  }
  const range = { from: first.key, to: keyAfter(last.key) };
  const revision = await pinRevision(destination, range, retry);
  // Latin-1 gives every byte one character, so equal names are equal bytes.
  const wanted = new Set(entries.map(({ key }) => key.toString("latin1")));
  const found: StoredKeyValue[] = [];
  for await (const page of readPages({ ...retry, store: destination, name: "destination", range, revision })) {
    found.push(...page.entries.filter(({ key }) => wanted.has(key.toString("latin1"))));
  }
  return found;
}
