import type { KeyRange, KeyValueStore } from "../copy/store/key-value-store.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import { BlockedError } from "../blockers/blocker.ts";
import { newTridentName } from "../trident/new/new-trident.ts";
import { bothTridents, legacyRestored, type WrittenByBoth } from "../blockers/two-tridents-blockers.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { amountOf, countNewWrites } from "./count-new-writes.ts";
import { startedOn, type StartedOn } from "../record/started-on.ts";
import { givenUpKeys, undoNewTrident, type NewTridentUndo } from "./undo-new-trident.ts";

type Settling = Pick<NewTridentUndo, "record" | "lease" | "report"> & {
  readonly cluster: ClusterPort;
  readonly legacy: LegacyTrident;
};

/**
 * Before anything is copied from a legacy Trident that no migration has left stopped: a new one of an earlier migration is taken
 * away, if it wrote nothing or the user gives up exactly what it wrote.
 *
 * @throws BlockedError (bothTridents, legacyRestored) with nothing changed.
 */
export async function settleBesideLegacy(settling: Settling): Promise<void> {
  const { cluster, legacy, record } = settling;
  const standing = await cluster.findNewTrident();
  const started = startedOn(record, standing);
  if (started === undefined) return;
  const wrote = await writtenByBoth(settling, started);
  const tridents = { namespace: cluster.namespace, old: cluster.legacyDeployment, new: newTridentName };
  if (standing === undefined && record.phase === "copied") throw new BlockedError(legacyRestored(tridents, wrote));
  if (!isNothingLost(wrote.new, givenUpKeys(cluster, record))) {
    throw new BlockedError(bothTridents(tridents, wrote, legacy.replicas === 0));
  }
  await undoNewTrident({ ...settling, legacy: undefined });
  if (record.phase === "copied") await cluster.changeRecord({ phase: null, result: null });
}

/** What can't be told is not given up. */
export function isNothingLost(written: number | undefined, discardedKeys: number | undefined): boolean {
  return written !== undefined && (written === 0 || written === discardedKeys);
}

async function writtenByBoth({ cluster, legacy }: Settling, started: StartedOn): Promise<WrittenByBoth> {
  const { range } = cluster;
  const [newEtcd, legacyEtcd] = await Promise.all([cluster.openDestination(), cluster.openLiveSource(legacy)]);
  try {
    return {
      new: await writtenTo(newEtcd, range, started, "destination"),
      old: await writtenTo(legacyEtcd, range, started, "source"),
    };
  } finally {
    await Promise.all([newEtcd.close(), legacyEtcd?.close()]);
  }
}

/** How many keys were written to that side since the new Trident was started; undefined when that can't be told. */
export async function writtenTo(
  store: KeyValueStore | OpenStore | undefined,
  range: KeyRange,
  started: StartedOn,
  side: "source" | "destination",
): Promise<number | undefined> {
  const [revision, clusterId] =
    side === "source"
      ? [started.sourceRevision, started.sourceClusterId]
      : [started.destinationRevision, started.destinationClusterId];
  if (store === undefined || revision === undefined) return undefined;
  if (clusterId !== undefined && (await store.status()).clusterId !== clusterId) return undefined;
  return amountOf(await countNewWrites(store, range, revision, started.keys));
}
