import { ChangedKeysCollector } from "./changed-keys.ts";
import { readChangedSince, type VerifiedPass } from "../read/changed-since.ts";
import { refuseLeasedKeys, type LeasePolicy } from "../check-source.ts";
import { groupsOf } from "../write/batches.ts";
import { keyAfter } from "../store/key-range.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import { withRetries, type RetryOptions } from "../store/retry.ts";

/** Single keys that are asked for at a time. */
const READS_IN_FLIGHT = 64;

export interface FewChangesOptions extends RetryOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  readonly revision: bigint;
  readonly earlier: {
    readonly since: bigint;
    readonly isAsLeft: (entry: StoredKeyValue) => boolean;
    readonly verified?: VerifiedPass;
  };
  readonly leases?: LeasePolicy | undefined;
}

/**
 * What differs since a verified pass, found by revisions and counts alone. Undefined when that does not suffice and the ranges
 * have to be walked side by side: when keys were deleted, many changed, or the destination was written to.
 */
export async function findFewChanges(
  options: FewChangesOptions,
  destinationRevision: bigint,
): Promise<ChangedKeysCollector | undefined> {
  const { source, destination, range, revision, earlier, signal, retryForMilliseconds } = options;
  const { since, verified } = earlier;
  if (verified === undefined) return undefined;
  const reading = { range, verified, keysOnly: true, signal, retryForMilliseconds };
  const [changed, foreign] = await Promise.all([
    readChangedSince({ ...reading, store: source, name: "source", since, revision }),
    readChangedSince({
      ...{ ...reading, store: destination, name: "destination" },
      ...{ since: verified.destinationRevision, revision: destinationRevision },
    }),
  ]);
  if (changed === undefined || foreign === undefined || foreign.entries.length > 0) return undefined;
  if (options.leases !== "copy-without") await refuseLeasedKeys(changed.entries, options);

  const found = new ChangedKeysCollector();
  let created = 0;
  for (const group of groupsOf(changed.entries, READS_IN_FLIGHT)) {
    const standing = await Promise.all(group.map((entry) => findCurrent(options, entry, destinationRevision)));
    for (const [index, entry] of group.entries()) {
      const there = standing[index];
      if (there === undefined) {
        found.create(entry);
        created += 1;
      } else if (earlier.isAsLeft(there)) {
        found.replace(entry, there);
      } else {
        return undefined;
      }
      // What lies between two changed keys is not known: each is read alone.
      found.keep();
    }
  }
  return foreign.keys + created === changed.keys ? found : undefined;
}

async function findCurrent(
  { destination, signal, retryForMilliseconds }: FewChangesOptions,
  { key }: StoredKeyValue,
  revision: bigint,
): Promise<StoredKeyValue | undefined> {
  const request = { from: key, to: keyAfter(key), revision, keysOnly: true };
  const { entries } = await withRetries(() => destination.range(request), { signal, retryForMilliseconds });
  return entries[0];
}
