import { checkSource as checkKeys } from "../copy/check-source.ts";
import { EmptySourceError as NoKeysError } from "../copy/errors.ts";
import type { KeyRange, KeyValueStore } from "../copy/key-value-store.ts";
import type { LegacyTrident } from "../legacy/legacy-trident.ts";
import { EmptySourceError } from "./errors.ts";

/**
 * Raises EmptySourceError when the legacy etcd has no state, and what `copy/check-source.ts` raises for keys that can't be
 * copied. Answers how many keys there are.
 */
export async function checkSource(options: {
  readonly source: KeyValueStore;
  /** When given, it is asked whether it takes the largest values. */
  readonly destination?: KeyValueStore;
  readonly range: KeyRange;
  readonly revision: bigint;
  readonly legacy: LegacyTrident;
}): Promise<number> {
  try {
    return await checkKeys(options);
  } catch (error) {
    if (!(error instanceof NoKeysError)) throw error;
    throw new EmptySourceError(options.legacy, options.range.from.toString("utf8"));
  }
}
