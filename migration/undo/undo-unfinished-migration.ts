import { connectToCluster, type ClusterAccess, type ClusterClient } from "../kubernetes/cluster-client.ts";
import { acquireLease } from "../lease/acquire-lease.ts";
import { migrationLease } from "../lease/errors.ts";
import { fencedSteps, type Effects } from "../lease/fenced-steps.ts";
import type { MigrationLease } from "../lease/held-lease.ts";
import { leaseApi } from "../lease/lease-api.ts";
import { LeaseGate } from "../lease/lease-gate.ts";
import { lossOf } from "../lease/loss-of.ts";
import { findLegacyTrident, type LegacyTrident } from "../legacy/legacy-trident.ts";
import { findMigrationRecord } from "../legacy/migration-record.ts";
import { restoreLegacyTrident } from "../legacy/restore-legacy-trident.ts";
import { removeSourcePod } from "../legacy/source-pod.ts";
import { waitUntilTridentServes } from "../legacy/trident-serving.ts";
import { removeHandedOver, withdrawNewTrident } from "../readiness/withdraw-new-trident.ts";
import { legacyLeftStopped, mayStillRun } from "./unfinished-migration.ts";

/** Whose migration it was. */
export interface UndoRequest {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  readonly legacyDeployment: string;
  readonly legacyEtcdContainer: string;
  readonly record: string;
  /** For each wait. */
  readonly timeoutSeconds: number;
}

/** What an undo consists of; `undoUnfinishedMigration` takes the steps in their order. */
export interface UndoEnvironment {
  /** Whether a run may still be at it: one that was killed, or one that lives on without the command that started it. */
  mayStillRun(): Promise<boolean>;
  /** Keeps a migration from running at the same time. */
  acquireLease(report: (line: string) => void): Promise<MigrationLease>;
  /** The old Trident that a migration has left stopped, if any. */
  findLeftStopped(): Promise<LegacyTrident | undefined>;
  removeSourcePod(): Promise<void>;
  /** Returns only when nothing of it runs any more. */
  removeNewTrident(): Promise<void>;
  /** Answers with how many replicas it runs again. */
  restoreLegacy(legacy: LegacyTrident): Promise<number>;
}

/** What a run that has lost the Lease may still do of it is to look. */
export const undoEffects: Effects<UndoEnvironment> = {
  mayStillRun: "looks",
  acquireLease: "looks",
  findLeftStopped: "looks",
  removeSourcePod: "changes",
  removeNewTrident: "changes",
  restoreLegacy: "changes",
};

/**
 * Puts the old Trident back if a migration that did not end has left it stopped; does nothing to one that ended, or to none.
 * The keys that were copied stay: their etcd is about to go.
 *
 * @throws MigrationRunningError when a migration is under way, LeaseLostError when another run takes over what is to be undone.
 */
export async function undoUnfinishedMigration(
  environment: UndoEnvironment,
  report: (line: string) => void,
): Promise<void> {
  if (!(await environment.mayStillRun())) return undo(environment, report);
  const lease = await environment.acquireLease(report);
  try {
    await undo(fencedSteps(environment, undoEffects, lease), report);
  } catch (error) {
    throw lossOf(lease) ?? error;
  } finally {
    await lease.release();
  }
}

async function undo(environment: UndoEnvironment, report: (line: string) => void): Promise<void> {
  const legacy = await environment.findLeftStopped();
  // Left by a run that was killed, whatever became of the old Trident.
  await environment.removeSourcePod();
  await environment.removeNewTrident();
  if (legacy === undefined) return;
  report(`The migration had not ended: putting the old Trident (Deployment ${legacy.name}) back.`);
  const replicas = await environment.restoreLegacy(legacy);
  report(
    replicas > 0
      ? `The old Trident serves again with its embedded etcd.`
      : `The old Trident is at 0 replicas, as it was before the migration.`,
  );
}

/** The steps on a real cluster. */
export function undoOnCluster(request: UndoRequest): UndoEnvironment {
  const gate = new LeaseGate();
  const cluster = connectToCluster(request.cluster).behind(gate);
  const { namespace, timeoutSeconds, legacyEtcdContainer } = request;
  const findTrident = () => findLegacyTrident(cluster, request);
  const findRecord = () => findMigrationRecord(cluster, request);
  return {
    mayStillRun: async () => mayStillRun(await findTrident(), await findRecord()),
    acquireLease: async (report) =>
      gate.heldWith(
        await acquireLease(leaseApi(cluster, migrationLease(namespace)), { durationSeconds: leaseSeconds, report }),
      ),
    findLeftStopped: async () => legacyLeftStopped(await findTrident(), await findRecord(), legacyEtcdContainer),
    removeSourcePod: () => removeSourcePod(cluster, namespace, timeoutSeconds),
    removeNewTrident: async () => {
      await withdrawNewTrident(cluster, { namespace, timeoutSeconds });
      await removeHandedOver(cluster, { namespace, timeoutSeconds });
    },
    restoreLegacy: (legacy) => restoreAndWait(cluster, legacy, request),
  };
}

/** As a migration takes it when nothing else is asked for. */
const leaseSeconds = 60;

async function restoreAndWait(cluster: ClusterClient, legacy: LegacyTrident, request: UndoRequest): Promise<number> {
  const replicas = await restoreLegacyTrident(cluster, legacy, request, request.timeoutSeconds);
  if (replicas > 0) await waitUntilTridentServes(cluster, legacy, request.timeoutSeconds);
  return replicas;
}
