import { readChangedSince, type VerifiedPass } from "../read/changed-since.ts";
import type { LeasePolicy } from "../check-source.ts";
import type { KeyRange, KeyValueStore } from "../store/key-value-store.ts";
import { Differences } from "./differences.ts";
import { mergeJoin } from "./merge-join.ts";
import type { Page } from "../read/read-pages.ts";
import type { RetryOptions } from "../store/retry.ts";
import { isAnswerTooLarge } from "../store/store-error.ts";
import { comparisonWith } from "./verify-copy.ts";

export interface VerifyChangesOptions extends RetryOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  /** At whose revisions both sides were verified in full. */
  readonly verified: VerifiedPass;
  readonly sourceRevision: bigint;
  readonly destinationRevision: bigint;
  /** As for verifyCopy. */
  readonly leases?: LeasePolicy;
}

/**
 * Compares, key by key and byte by byte, what was written to either side since both were verified, and how many keys they have.
 * Answers with that number; undefined when anything differs, or too much was written: verifyCopy then tells, and names the keys.
 *
 * Deletions show in the number alone: the same number of other keys deleted is seen by verifyCopy only.
 *
 * @throws UntrustworthyAnswerError, the signal's reason or the store's error.
 */
export async function verifyChanges(options: VerifyChangesOptions): Promise<number | undefined> {
  const sides = await readBothSides(options);
  if (sides === undefined) return undefined;
  const [left, right] = sides;
  // What only the destination has is somebody else's: what the copy writes, it writes because the source was written to.
  const differences = new Differences(comparisonWith(options.leases));
  await mergeJoin(onePage(left.entries), onePage(right.entries), differences);
  return left.keys === right.keys && differences.count === 0 ? left.keys : undefined;
}

async function readBothSides({ verified, ...options }: VerifyChangesOptions) {
  const { range, signal, retryForMilliseconds } = options;
  const reading = { range, verified, signal, retryForMilliseconds };
  const { sourceRevision, destinationRevision } = verified;
  try {
    const [left, right] = await Promise.all([
      readChangedSince({
        ...{ ...reading, store: options.source, name: "source" },
        ...{ since: sourceRevision, revision: options.sourceRevision },
      }),
      readChangedSince({
        ...{ ...reading, store: options.destination, name: "destination" },
        ...{ since: destinationRevision, revision: options.destinationRevision },
      }),
    ]);
    return left === undefined || right === undefined ? undefined : ([left, right] as const);
  } catch (error) {
    if (isAnswerTooLarge(error)) return undefined;
    throw error;
  }
}

async function* onePage(entries: Page["entries"]): AsyncGenerator<Page, void, undefined> {
  yield await Promise.resolve({ entries, total: entries.length });
}
