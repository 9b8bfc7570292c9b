import type { KeyRange, KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import { refuseUntrustworthyPage } from "./read-pages.ts";
import { withRetries, type RetryOptions } from "../store/retry.ts";

/** Both sides as a full verification found them equal. */
export interface VerifiedPass {
  readonly sourceRevision: bigint;
  readonly destinationRevision: bigint;
  readonly keys: number;
  /** All keys and values together. */
  readonly bytes: number;
}

/** More changed keys than these are found by a walk, which reads neighbours together. */
const MOST_CHANGED = 1_000;

/** etcd gathers the whole range in its memory, however few of the keys pass the filter: more than this is walked in pages. */
const MOST_BYTES_FILTERED = 64 * 1024 * 1024;

export interface ChangedSinceOptions extends RetryOptions {
  readonly store: KeyValueStore;
  readonly name: "source" | "destination";
  readonly range: KeyRange;
  /** The store was verified then. */
  readonly since: bigint;
  readonly verified: Pick<VerifiedPass, "keys" | "bytes">;
  /** The state as of this revision. */
  readonly revision: bigint;
  readonly keysOnly?: boolean;
}

export interface ChangedSince {
  /** Written after `since`, in ascending order. */
  readonly entries: readonly StoredKeyValue[];
  /** How many keys the whole range holds: what was deleted shows only there. */
  readonly keys: number;
}

/**
 * What was written since a revision, without a walk through the range. Undefined when it is too much, or the range is too large to be
 * filtered.
 *
 * @throws UntrustworthyAnswerError, the signal's reason or the store's error.
 */
export async function readChangedSince(options: ChangedSinceOptions): Promise<ChangedSince | undefined> {
  const { store, name, range, since, verified, revision, keysOnly = false } = options;
  // Nothing was written at all, to no key: an etcd counts every write.
  if (revision === since) return { entries: [], keys: verified.keys };
  // An older revision is an etcd that has lost some.
  if (verified.bytes > MOST_BYTES_FILTERED || revision < since) return undefined;
  const request = { ...range, revision, minModRevision: since + 1n, limit: MOST_CHANGED, keysOnly };
  const page = await withRetries(() => store.range(request), options);
  refuseUntrustworthyPage({ name, revision }, range, page);
  if (page.more) return undefined;
  return { entries: page.entries.filter(({ modRevision }) => modRevision > since), keys: page.count };
}
