import { readChangedSince } from "../read/changed-since.ts";
import type { KeyRange, KeyValueStore } from "../store/key-value-store.ts";
import { pinRevision } from "../read/pin-revision.ts";
import { readPages } from "../read/read-pages.ts";
import type { RetryOptions } from "../store/retry.ts";
import { isAnswerTooLarge } from "../store/store-error.ts";
import type { VerifiedCopy } from "./verify-copy.ts";

/** What became of a source's range since it was copied. */
export interface ChangesAfterCopy {
  /** Keys that were created or replaced. */
  readonly written: number;
  /** How many the range holds now: what was deleted shows only there. */
  readonly keys: number;
}

/**
 * Whether the source is still as it was copied, by its revisions and the number of its keys; undefined when it is.
 *
 * @throws UntrustworthyAnswerError, the signal's reason or the store's error.
 */
export async function changesAfterCopy(
  source: KeyValueStore,
  range: KeyRange,
  copied: VerifiedCopy,
  retry: RetryOptions = {},
): Promise<ChangesAfterCopy | undefined> {
  const revision = await pinRevision(source, range, retry);
  const found =
    (await filtered(source, range, copied, revision, retry)) ?? (await walked(source, range, copied, revision, retry));
  return found.written === 0 && found.keys === copied.keys ? undefined : found;
}

/** Undefined when there is too much for etcd to filter. */
async function filtered(
  store: KeyValueStore,
  range: KeyRange,
  copied: VerifiedCopy,
  revision: bigint,
  retry: RetryOptions,
): Promise<ChangesAfterCopy | undefined> {
  const since = copied.sourceRevision;
  const asked = { ...retry, store, name: "source", range, since, verified: copied, revision, keysOnly: true } as const;
  try {
    const changed = await readChangedSince(asked);
    return changed && { written: changed.entries.length, keys: changed.keys };
  } catch (error) {
    if (isAnswerTooLarge(error)) return undefined;
    throw error;
  }
}

async function walked(
  store: KeyValueStore,
  range: KeyRange,
  copied: VerifiedCopy,
  revision: bigint,
  retry: RetryOptions,
): Promise<ChangesAfterCopy> {
  let written = 0;
  let keys = 0;
  for await (const { entries } of readPages({ ...retry, store, name: "source", range, revision, keysOnly: true })) {
    keys += entries.length;
    written += entries.filter(({ modRevision }) => modRevision > copied.sourceRevision).length;
  }
  return { written, keys };
}
