import { findForeignKeys, type DestinationKeysFound } from "../copy/compare/foreign-keys.ts";
import type { KeyPrefix } from "../copy/store/key-range.ts";
import type { StoredKeyValue } from "../copy/store/key-value-store.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { BlockedError } from "../blockers/blocker.ts";
import { foreignKeys, sameCluster } from "../blockers/state-blockers.ts";

/**
 * Raises BlockedError: foreignKeys when the destination holds keys that the copy would neither make nor find equal, and that no
 * earlier run left; sameCluster when it is the source. Answers what is there already.
 */
export async function checkDestination(options: {
  readonly source: OpenStore;
  readonly destination: OpenStore;
  readonly range: KeyPrefix;
  readonly sourceRevision: bigint;
  /** Whether a run that was killed left the key so. */
  readonly isAsLeft?: ((entry: StoredKeyValue) => boolean) | undefined;
}): Promise<DestinationKeysFound> {
  const { source, destination, range } = options;
  const { clusterId } = await destination.status();
  if (clusterId === (await source.status()).clusterId) {
    throw new BlockedError(sameCluster(source.description, destination.description, clusterId));
  }
  const found = await findForeignKeys(options);
  if (found.foreign.count > 0) {
    throw new BlockedError(foreignKeys(destination.description, range.text, found.foreign));
  }
  return found;
}
