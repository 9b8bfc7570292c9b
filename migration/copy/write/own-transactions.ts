import type { KeyValue, StoredKeyValue } from "../store/key-value-store.ts";

/**
 * A transaction that was sent and never answered: etcd may have applied it, may still, or never will.
 * To take a copy back one must know the revisions that are ours, these included.
 */
export interface UnansweredTransaction {
  /** What it would have created, in ascending key order. */
  readonly entries: readonly KeyValue[];
  /** The destination's revision before this run wrote anything. */
  readonly afterRevision: bigint;
}

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
