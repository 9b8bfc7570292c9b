import { pinRevision } from "../copy/read/pin-revision.ts";
import { endMigration } from "./cut-over.ts";
import { MigrationError } from "./migration-error.ts";
import type { MigrationResult } from "../record/migration-result.ts";
import type { Migration } from "./migration.ts";
import { writtenTo } from "../undo/beside-legacy-trident.ts";
import { startedOn } from "../record/started-on.ts";
import { givenUpKeys } from "../undo/take-back-new-trident.ts";
import { BlockedError } from "../blockers/blocker.ts";
import { newTridentName } from "../trident/new/new-trident.ts";
import { bothTridents } from "../blockers/two-tridents-blockers.ts";
import { proveAll, recordCopied } from "./prove-all.ts";
import type { OpenStore } from "../connect/open-store.ts";

/**
 * Ends a migration that was killed when the new Trident had come to serve and not all was recorded. What it has written since
 * is not discarded, however long ago that was: all is compared as it was when the new Trident was started.
 *
 * @param servedRevision the destination's, which the new Trident was started on.
 * @throws MigrationError, after which everything is as the killed run had left it.
 */
export async function endServedMigration(
  begun: Omit<Migration, "destination" | "written">,
  servedRevision: bigint,
): Promise<MigrationResult> {
  const { cluster, legacy, record, lease, report } = begun;
  report(
    "The new Trident has served since a run that was killed: it is left to serve, and all of the copy is verified.",
  );
  const { stop, result } = await leftAsFound(begun, async () => {
    const stop = await cluster.stopLegacy(legacy, record);
    await cluster.prepareSnapshot();
    const destination = await cluster.openDestination();
    try {
      const source = await cluster.openStoppedSource(legacy, record);
      try {
        const state = {
          sourceRevision: await revisionToKeep(begun, source, destination),
          destinationRevision: servedRevision,
          first: undefined,
          changes: { created: 0, replaced: 0, deleted: 0 },
          cutOverAt: stop.stoppedAt,
          servesSince: undefined,
        };
        const proved = await proveAll({ ...begun, destination }, source, state);
        await cluster.checkStillStopped(stop);
        lease.throwIfLost();
        return { stop, result: await recordCopied(cluster, proved) };
      } finally {
        await source.close();
      }
    } finally {
      await destination.close();
    }
  });
  await endMigration(begun, stop);
  return result;
}

/**
 * Of an old Deployment that somebody has changed after it was stopped: looks whether its Trident has written, which is then refused
 * unless the user gives up exactly that much.
 */
export async function refuseOldWrites(
  begun: Omit<Migration, "destination" | "written">,
  during: string,
): Promise<void> {
  const { cluster, legacy, record } = begun;
  await leftAsFound(
    begun,
    async () => {
      const destination = await cluster.openDestination();
      try {
        const source = await cluster.openStoppedSource(legacy, record);
        try {
          await revisionToKeep(begun, source, destination);
        } finally {
          await source.close();
        }
      } finally {
        await destination.close();
      }
    },
    during,
  );
}

/** The old etcd's: its last, or the one that was copied when the user gives up what an old Trident has written since. */
async function revisionToKeep(
  { cluster, legacy, record }: Pick<Migration, "cluster" | "legacy" | "record">,
  source: OpenStore,
  destination: OpenStore,
): Promise<bigint> {
  const { range } = cluster;
  const started = startedOn(record, undefined);
  const old = started && (await writtenTo(source, range, started, "source"));
  if (started?.sourceRevision === undefined || old === undefined || old === 0) return pinRevision(source, range);
  if (old === givenUpKeys(cluster, record)) return started.sourceRevision;
  const wrote = { old, new: await writtenTo(destination, range, started, "destination") };
  const tridents = { namespace: cluster.namespace, old: cluster.legacyDeployment, new: newTridentName };
  throw new BlockedError(bothTridents(tridents, wrote, legacy.replicas === 0));
}

async function leftAsFound<T>(
  { cluster }: Pick<Migration, "cluster">,
  action: () => Promise<T>,
  during = "verifying what the new Trident serves",
): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    // It reads only, and would hold the old Trident's volume.
    await cluster.removeSourcePod().catch(() => undefined);
    const { namespace } = cluster;
    throw new MigrationError({ during, cause, legacy: { kind: "leftAsFound", namespace } });
  }
}
