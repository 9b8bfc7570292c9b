import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import { savedManifest } from "../trident/legacy/saved-manifest.ts";
import { recordedResult } from "../record/migration-result.ts";
import { legacyInRecord } from "../trident/legacy/unfinished-migration.ts";
import { putBackByHand } from "./carried-back.ts";
import { checkLegacyEtcd } from "./carry-back.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import { underLease } from "../trident/port/under-lease.ts";

/**
 * Asks for a rollback: writes it into the record, with the new Trident as it runs now. The legacy etcd is started for a
 * moment first, and looked at, so that what is wrong with it is said while the new Trident still serves. Does nothing where
 * no migration has ended. That the old Trident's images can be pulled is seen before, too.
 *
 * @throws LegacyEtcdWrittenError, OtherEtcdError, ImageNotPulledError, and what the steps raise; nothing is asked for then.
 */
export async function requestRollback(
  cluster: ClusterPort,
  report: (line: string) => void,
  interruption?: AbortSignal,
): Promise<void> {
  if ((await cluster.findRecord())?.phase !== "copied") return;
  await underLease(cluster, await cluster.acquireLease(report), async (fenced) => {
    const record = await fenced.findRecord();
    if (record?.phase !== "copied") return;
    const legacy = legacyInRecord(record, fenced.legacyEtcdContainer);
    // A legacy Trident that an earlier run has put back has its etcd open.
    const { kind } = await fenced.findTrident();
    if (kind !== "legacy") await checkBeforeAsking(fenced, legacy, record, report);
    if (kind === "legacy" && record.rollbackPhase === undefined) {
      // Pulumi takes the Deployment for the new one's, and deletes it: it is made anew as it is now.
      const legacyDeployment = savedManifest(await fenced.readDeployment());
      const carriedBack = JSON.stringify(putBackByHand);
      await fenced.changeRecord({ legacyDeployment, rollbackPhase: "restoring", carriedBack });
    }
    interruption?.throwIfAborted();
    const newTrident = await fenced.readNewTrident();
    await fenced.changeRecord({ rollback: "requested", ...(newTrident === undefined ? {} : { newTrident }) });
  });
}

/**
 * Takes the request back. A new Trident that a failed rollback started again is left to the stack's own Deployment, which
 * comes next. How far the rollback came stays in the record: the legacy etcd is no longer as the migration left it.
 *
 * @throws MigrationRunningError while a rollback is under way.
 */
export async function withdrawRequest(
  cluster: ClusterPort,
  report: (line: string) => void = () => undefined,
): Promise<void> {
  if ((await cluster.findRecord()) === undefined) return;
  await underLease(cluster, await cluster.acquireLease(report), async (fenced) => {
    const record = await fenced.findRecord();
    if (record?.rollback !== undefined) await fenced.changeRecord({ rollback: null });
    // Left by a rollback that was killed.
    await fenced.removeSourcePod();
    await fenced.handOverNewTrident();
  });
}

async function checkBeforeAsking(
  cluster: ClusterPort,
  legacy: LegacyTrident,
  record: MigrationRecord,
  report: (line: string) => void,
): Promise<void> {
  await cluster.checkClaim(legacy);
  await cluster.prepareSnapshot();
  report("Looking at the embedded etcd, while the new Trident serves.");
  try {
    const legacyEtcd = await cluster.openStoppedSource(legacy, record);
    try {
      await checkLegacyEtcd(legacyEtcd, recordedResult(record), record);
    } finally {
      await legacyEtcd.close();
    }
  } finally {
    await cluster.removeSourcePod();
  }
  if ((record.legacyReplicas ?? legacy.replicas) === 0) return;
  report("Pulling the old Trident's images, before anything is stopped for them.");
  await cluster.pullLegacyImages(legacy, record);
}
