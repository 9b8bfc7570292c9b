import { unlessAborted } from "../kubernetes/wait-until.ts";
import { interruptible } from "../lease/interruption.ts";
import { fencedSteps } from "../lease/fenced-steps.ts";
import type { MigrationLease } from "../lease/held-lease.ts";
import { legacyLeftStopped, mayStillRun } from "../trident/legacy/unfinished-migration.ts";
import type { ClusterRequest } from "../trident/port/cluster-request.ts";
import { clusterEffects, type ClusterPort } from "../trident/port/cluster-port.ts";
import { underLease } from "../trident/port/under-lease.ts";
import { undoNewTrident } from "./undo-new-trident.ts";

/** Whose migration it was. */
export type UndoRequest = Omit<ClusterRequest, "legacyClaim" | "newTrident" | "snapshotDirectory" | "leaseSeconds">;

/**
 * Puts the legacy Trident back if a migration that did not end has left it stopped, with what a new one has written meanwhile; does
 * nothing to one that ended, or to none. The keys that were copied stay: their etcd is about to go.
 *
 * @param interruption ends it at once, wherever it stands; the same again goes on from there.
 * @throws MigrationRunningError when a migration is under way, LeaseLostError when another run takes over what is to be undone,
 *   NewWritesAtRiskError when what the new Trident wrote would be lost.
 */
export async function undoUnfinishedMigration(
  cluster: ClusterPort,
  report: (line: string) => void,
  interruption: AbortSignal = new AbortController().signal,
): Promise<void> {
  const nobodyElse: MigrationLease = {
    signal: new AbortController().signal,
    throwIfLost: () => undefined,
    release: () => Promise.resolve(),
  };
  const mayRun = mayStillRun(await cluster.findTrident(), await cluster.findRecord());
  const undoWith = (lease: MigrationLease): Promise<void> => {
    // What goes on in the background once it is interrupted writes nothing any more.
    const obeyed = interruptible(lease, interruption);
    return unlessAborted(undo(fencedSteps(cluster, clusterEffects, obeyed), obeyed, report), interruption);
  };
  if (!mayRun) return undoWith(nobodyElse);
  const lease = await cluster.acquireLease(report);
  return underLease(cluster, lease, () => undoWith(lease));
}

async function undo(
  cluster: ClusterPort,
  lease: Pick<MigrationLease, "signal" | "throwIfLost">,
  report: (line: string) => void,
): Promise<void> {
  const { namespace, recordName: name, legacyEtcdContainer } = cluster;
  const [found, recorded] = [await cluster.findTrident(), await cluster.findRecord()];
  const legacy = legacyLeftStopped(found, recorded, legacyEtcdContainer);
  lease.throwIfLost();
  // Left by a run that was killed, whatever became of the legacy Trident.
  await cluster.removeSourcePod();
  if (legacy !== undefined || found.kind === "legacy") {
    const record = recorded ?? { namespace, name, uid: "" };
    await undoNewTrident({ cluster, record, lease, legacy, report });
  } else {
    // The new one has the place: what it wrote is its etcd's affair.
    await cluster.withdrawNewTrident();
  }
  await cluster.removeHandedOver();
  if (legacy === undefined) return;
  lease.throwIfLost();
  report(`The migration had not ended: putting the old Trident (Deployment ${legacy.name}) back.`);
  const replicas = await cluster.restoreLegacy(legacy);
  report(
    replicas > 0
      ? `The old Trident serves again with its embedded etcd.`
      : `The old Trident is at 0 replicas, as it was before the migration.`,
  );
}
