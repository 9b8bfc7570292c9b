import { findForeignKeys, type DestinationKeysFound } from "../copy/compare/foreign-keys.ts";
import type { KeyPrefix } from "../copy/store/key-range.ts";
import type { StoredKeyValue } from "../copy/store/key-value-store.ts";
import { BlockedError } from "../blockers/blocker.ts";
import { foreignKeys, sameCluster } from "../blockers/state-blockers.ts";
import type { EarlierPass } from "../copy/changes/copy-changes.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import { withRetries } from "../copy/store/retry.ts";
import { earlierPassOf, type CopyMarker } from "../record/copy-marker.ts";
import type { Migration } from "./migration.ts";
import { checkSource } from "../trident/legacy/check-source.ts";
import type { TridentNames } from "../trident/state/check-state.ts";
import type { OpenStore } from "../connect/open-store.ts";

/** What stands on both sides before anything is copied. */
export interface CheckedStores {
  readonly keys: number;
  /** Of these, how many stand in the destination with the same bytes. */
  readonly keysAlreadyThere: number;
  /** The source's, at which it was looked at. */
  readonly revision: bigint;
  /** To record before the first key is written; undefined when the destination is not empty. */
  readonly marker: CopyMarker | undefined;
  /** What a killed run left behind. */
  readonly earlier: (EarlierPass & { readonly revisions: ReadonlySet<bigint> }) | undefined;
}

/**
 * Raises what the checks of both sides raise, and BlockedError (foreignKeys). Writes nothing.
 *
 * @param ask answers with what the Trident lists that serves from the source; absent where none does.
 */
export async function checkStores(
  migration: Migration,
  source: OpenStore,
  ask?: () => Promise<TridentNames | undefined>,
): Promise<CheckedStores> {
  const { cluster, legacy, record, destination, report } = migration;
  const { range } = cluster;
  const revision = await pinRevision(source, range);
  const keys = await checkSource({
    ...{ source, destination, range, revision, legacy, report },
    ...(ask === undefined ? {} : { ask }),
  });
  const clusterIds = {
    source: (await source.status()).clusterId,
    destination: (await destination.status()).clusterId,
  };
  const sides = { source, destination, range, sourceRevision: revision, isMove: cluster.movesFrom !== undefined };
  const checked = { keys, revision, marker: undefined, earlier: undefined };

  const found = await withRetries(() => destination.range({ ...range, countOnly: true }), {});
  if (found.count === 0) {
    await checkDestination(sides);
    const marker: CopyMarker = {
      destinationClusterId: clusterIds.destination,
      destinationRevision: found.revision.toString(),
      empty: true,
      sourceClusterId: clusterIds.source,
      sourceRevision: revision.toString(),
    };
    return { ...checked, keysAlreadyThere: 0, marker };
  }
  const earlier = earlierPassOf(record, clusterIds);
  const { equal, leftRevisions } = await checkDestination({ ...sides, isAsLeft: earlier?.isAsLeft });
  const keysAlreadyThere = equal.keys;
  if (earlier === undefined) return { ...checked, keysAlreadyThere };
  return { ...checked, keysAlreadyThere, earlier: { ...earlier, revisions: leftRevisions } };
}

/**
 * Raises BlockedError: foreignKeys when the destination holds keys that the copy would neither make nor find equal, and that no
 * earlier run left; sameCluster when it is the source. Answers what is there already.
 */
async function checkDestination(options: {
  readonly source: OpenStore;
  readonly destination: OpenStore;
  readonly range: KeyPrefix;
  readonly sourceRevision: bigint;
  /** Whether both are etcds of this program's Trident. */
  readonly isMove: boolean;
  /** Whether a run that was killed left the key so. */
  readonly isAsLeft?: ((entry: StoredKeyValue) => boolean) | undefined;
}): Promise<DestinationKeysFound> {
  const { source, destination, range } = options;
  const { clusterId } = await destination.status();
  if (clusterId === (await source.status()).clusterId) {
    throw new BlockedError(
      sameCluster(source.description, destination.description, { clusterId, isMove: options.isMove }),
    );
  }
  const found = await findForeignKeys(options);
  if (found.foreign.count > 0) {
    throw new BlockedError(foreignKeys(destination.description, range.text, found.foreign));
  }
  return found;
}
