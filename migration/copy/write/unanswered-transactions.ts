import { pinRevision } from "../read/pin-revision.ts";
import { readPages } from "../read/read-pages.ts";
import { keyAfter } from "../store/key-range.ts";
import type { KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import type { RetryOptions } from "../store/retry.ts";
import type { UnansweredTransaction } from "./write-journal.ts";

/**
 * The revision at which an unanswered transaction was applied, told from what the destination holds under its keys;
 * undefined when it was not, or when that cannot be said.
 *
 * A transaction writes all its keys at one revision. So it was ours when every key is there, byte-equal, untouched since
 * its creation, all created at one and the same revision, and that after this run began. A run before this one fails the
 * last condition, another program in all likelihood the first four. Two copies of the same source running at once could
 * be mistaken for each other; the caller excludes that. In doubt the answer is "not ours": a key too many is found and
 * named by the next run's comparison, a key wrongly deleted would be gone.
 */
export function revisionOfOwnTransaction(
  { entries, afterRevision }: UnansweredTransaction,
  found: readonly StoredKeyValue[],
): bigint | undefined {
  const revision = found[0]?.createRevision;
  if (revision === undefined || revision <= afterRevision || found.length !== entries.length) {
    return undefined;
  }
  const isOurs = found.every((stored, index) => {
    const sent = entries[index];
    return (
      sent !== undefined &&
      stored.createRevision === revision &&
      stored.modRevision === revision &&
      stored.lease === 0n &&
      stored.key.equals(sent.key) &&
      stored.value.equals(sent.value)
    );
  });
  return isOurs ? revision : undefined;
}

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
