import { pinRevision } from "../copy/read/pin-revision.ts";
import { BlockedError } from "../blockers/blocker.ts";
import { bothTridents } from "../blockers/two-tridents-blockers.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { recordedResult, type MigrationResult } from "../record/migration-result.ts";
import { hasListed, startedOn, wasLegacyTouched } from "../record/started-on.ts";
import { newTridentName } from "../trident/new/new-trident.ts";
import { settleBesideLegacy, writtenTo } from "../undo/beside-legacy-trident.ts";
import { givenUpKeys, undoNewTrident } from "../undo/undo-new-trident.ts";
import { endMigration, recordCopied } from "./end-migration.ts";
import { leavesUntouched, leaving, type BegunMigration, type LegacyOutcome } from "./migration.ts";
import { verifyAll } from "./verify-all.ts";

/**
 * Sees to what an earlier run has left that was killed: ends its migration if the new Trident had come to serve, and undoes
 * what is left of one otherwise. Answers with the result of what it ended; undefined where there is all to do.
 *
 * @throws MigrationError, after which everything is as it was found.
 */
export async function resumeEarlierRun(begun: BegunMigration): Promise<MigrationResult | undefined> {
  const { legacy, record, lease } = begun;
  if (record.phase === "copied" && legacy.stoppedByMigration) return endCopiedMigration(begun);
  if (!legacy.stoppedByMigration) {
    const settling = { ...begun, lease: lease.held };
    await leavesUntouched("looking for a new Trident", () => settleBesideLegacy(settling));
    return undefined;
  }
  const servedRevision = await servedBefore(begun);
  if (servedRevision !== undefined) return endServedMigration(begun, servedRevision);
  await undoEarlier(begun);
  return undefined;
}

/** Killed after all was recorded: what the new Trident has written since would be lost by copying again. */
async function endCopiedMigration(begun: BegunMigration): Promise<MigrationResult> {
  const { cluster, legacy, record } = begun;
  const result = recordedResult(record);
  const during = "ending what is left";
  const stop = await leaving({ kind: "superseded" }, during, () => cluster.stopLegacy(legacy, record));
  if (wasLegacyTouched(record, stop)) await refuseLegacyWrites(begun, during);
  await endMigration(begun, stop);
  return result;
}

/** The revision that a new Trident was started on which has come to serve, now or before: it may have written what must not be lost. */
async function servedBefore({ cluster, record }: BegunMigration): Promise<bigint | undefined> {
  return leaving(asFound(cluster), "looking whether the new Trident serves", async () => {
    const standing = await cluster.findNewTrident();
    if (standing === undefined || standing.replicas === 0) return undefined;
    return standing.hasServed || hasListed(record) ? startedOn(record, standing)?.destinationRevision : undefined;
  });
}

/** One that never served, or was scaled to 0: what it wrote is carried into the legacy etcd, which is then copied anew. */
async function undoEarlier(begun: BegunMigration): Promise<void> {
  const { cluster, lease } = begun;
  await leaving(asFound(cluster), "taking back the new Trident of an earlier run", async () => {
    await cluster.removeSourcePod();
    await undoNewTrident({ ...begun, lease: lease.held });
  });
}

/**
 * Ends a migration that was killed when the new Trident had come to serve and not all was recorded. What it has written since
 * is not discarded, however long ago that was: all is compared as it was when the new Trident was started.
 *
 * @param servedRevision the destination's, which the new Trident was started on.
 * @throws MigrationError, after which everything is as the killed run had left it.
 */
async function endServedMigration(begun: BegunMigration, servedRevision: bigint): Promise<MigrationResult> {
  const { cluster, legacy, record, lease, report } = begun;
  report(
    "The new Trident has served since a run that was killed: it is left to serve, and all of the copy is verified.",
  );
  const { stop, result } = await onlyReading(begun, "verifying what the new Trident serves", async () => {
    const stop = await cluster.stopLegacy(legacy, record);
    await cluster.prepareSnapshot();
    return withBothEtcds(begun, async (source, destination) => {
      const state = {
        sourceRevision: await revisionToKeep(begun, source, destination),
        destinationRevision: servedRevision,
        first: undefined,
        changes: { created: 0, replaced: 0, deleted: 0 },
        cutOverAt: stop.stoppedAt,
        outageSeconds: undefined,
      };
      const verified = await verifyAll({ ...begun, destination }, source, state);
      await cluster.checkStillStopped(stop);
      lease.throwIfLost();
      return { stop, result: await recordCopied(cluster, verified) };
    });
  });
  await endMigration(begun, stop);
  return result;
}

/**
 * Of a legacy Deployment that somebody has changed after it was stopped: looks whether its Trident has written, which is then refused
 * unless the user gives up exactly that much.
 */
async function refuseLegacyWrites(begun: BegunMigration, during: string): Promise<void> {
  await onlyReading(begun, during, () =>
    withBothEtcds(begun, async (source, destination) => {
      await revisionToKeep(begun, source, destination);
    }),
  );
}

async function withBothEtcds<T>(
  { cluster, legacy, record }: BegunMigration,
  action: (source: OpenStore, destination: OpenStore) => Promise<T>,
): Promise<T> {
  const destination = await cluster.openDestination();
  try {
    const source = await cluster.openStoppedSource(legacy, record);
    try {
      return await action(source, destination);
    } finally {
      await source.close();
    }
  } finally {
    await destination.close();
  }
}

/** The legacy etcd's: its last, or the one that was copied when the user gives up what a legacy Trident has written since. */
async function revisionToKeep(
  { cluster, legacy, record }: BegunMigration,
  source: OpenStore,
  destination: OpenStore,
): Promise<bigint> {
  const { range } = cluster;
  const started = startedOn(record, undefined);
  const byLegacy = started && (await writtenTo(source, range, started, "source"));
  if (started?.sourceRevision === undefined || byLegacy === undefined || byLegacy === 0)
    return pinRevision(source, range);
  if (byLegacy === givenUpKeys(cluster, record)) return started.sourceRevision;
  const wrote = { old: byLegacy, new: await writtenTo(destination, range, started, "destination") };
  const tridents = { namespace: cluster.namespace, old: cluster.legacyDeployment, new: newTridentName };
  throw new BlockedError(bothTridents(tridents, wrote, legacy.replicas === 0));
}

async function onlyReading<T>({ cluster }: BegunMigration, during: string, action: () => Promise<T>): Promise<T> {
  return leaving(asFound(cluster), during, async () => {
    try {
      return await action();
    } catch (error) {
      // It reads only, and would hold the legacy Trident's volume.
      await cluster.removeSourcePod().catch(() => undefined);
      throw error;
    }
  });
}

function asFound({ namespace, movesFrom }: BegunMigration["cluster"]): LegacyOutcome {
  return { kind: "leftAsFound", namespace, ...(movesFrom === undefined ? {} : { isMove: true }) };
}
