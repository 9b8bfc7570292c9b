import { findForeignKeys } from "../copy/compare/foreign-keys.ts";
import type { KeyPrefix } from "../copy/store/key-range.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { BlockedError } from "../blockers/blocker.ts";
import { foreignKeys, sameCluster } from "../blockers/state-blockers.ts";

/**
 * Raises BlockedError: foreignKeys when the destination holds keys that the copy would neither make nor find equal, and
 * sameCluster when it is the source. Answers how many of the keys are there already.
 */
export async function checkDestination(options: {
  readonly source: OpenStore;
  readonly destination: OpenStore;
  readonly range: KeyPrefix;
  readonly sourceRevision: bigint;
}): Promise<number> {
  const { source, destination, range } = options;
  const { clusterId } = await destination.status();
  if (clusterId === (await source.status()).clusterId) {
    throw new BlockedError(sameCluster(source.description, destination.description, clusterId));
  }
  const { foreign, foreignCount, equalCount } = await findForeignKeys(options);
  if (foreignCount > 0) {
    throw new BlockedError(foreignKeys(destination.description, range.text, { count: foreignCount, first: foreign }));
  }
  return equalCount;
}
