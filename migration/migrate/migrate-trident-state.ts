import type { EtcdAddress } from "../connect/etcd-address.ts";
import { interruptible } from "../lease/interruption.ts";
import type { MigrationLease } from "../lease/held-lease.ts";
import type { MigrationResult } from "../record/migration-result.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { StoppedTrident } from "../trident/legacy/stop-legacy-trident.ts";
import { clusterAdapter } from "../trident/port/cluster-adapter.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import type { ClusterRequest } from "../trident/port/cluster-request.ts";
import { underLease } from "../trident/port/under-lease.ts";
import { checkAllIsReady } from "./check-all-is-ready.ts";
import { endMigration, finishedBefore, recordCopied } from "./end-migration.ts";
import { describeLegacy, findWhatToDo } from "./find-what-to-do.ts";
import { runFirstPass } from "./first-pass.ts";
import { leavesUntouched, leftToOther, MigrationError, type Migration } from "./migration.ts";
import { copyInOutage, findUnchanged, outageSeconds, startNewTrident } from "./outage.ts";
import { resumeEarlierRun } from "./resume-earlier-run.ts";
import { undoMigration } from "./undo-migration.ts";
import { verifyAll } from "./verify-all.ts";

export type { MigrationResult } from "../record/migration-result.ts";

/** What to migrate, from where to where. Names only: certificates are read from the Secret where they are used. */
export interface MigrationRequest extends ClusterRequest {
  /** The etcd to move to. */
  readonly destination: EtcdAddress;
}

type Report = (line: string) => void;

/**
 * Moves the state of a Trident with an embedded etcd to another etcd: copies while it serves, stops it, copies what
 * changed, verifies every key and value, and deletes its Deployment. Its claim and volume stay. Safe to call again after
 * any failure or sudden death: it finishes what was begun, and once all is done answers with the recorded result.
 *
 * @param report is given a line for a person now and then.
 * @param interruption aborts it: what was done is undone, unless the new Trident serves already.
 * @throws MigrationError, after the legacy Trident was restored if it had been stopped.
 */
export async function migrateTridentState(
  request: MigrationRequest,
  report: Report,
  interruption: AbortSignal = new AbortController().signal,
): Promise<MigrationResult> {
  const run = { interruption, refusesUnusableDestination: true };
  const cluster = await leavesUntouched("reaching the cluster", () => clusterAdapter(request, run));
  return runMigration(cluster, report, interruption);
}

/** The sequence itself, on whatever carries out its steps. */
export async function runMigration(
  cluster: ClusterPort,
  report: Report,
  interruption: AbortSignal = new AbortController().signal,
): Promise<MigrationResult> {
  const startedAt = new Date();
  const found = await leavesUntouched("looking for the old Trident", () => findWhatToDo(cluster));
  if ("result" in found) return finishedBefore(cluster, found, report);
  // Nothing is touched without the Lease: what this run would clean up may be in use by another.
  const lease = await leavesUntouched("making sure that no other migration runs", () => cluster.acquireLease(report));
  const alone = (fenced: ClusterPort): Promise<MigrationResult> =>
    migrateAlone({ cluster: fenced, lease: interruptible(lease, interruption), startedAt, report });
  return underLease(cluster, lease, alone, (loss, error) =>
    error instanceof MigrationError && error.legacy !== "leftToOther"
      ? leftToOther(cluster.namespace, error.during, loss)
      : error,
  );
}

async function migrateAlone(run: Pick<Migration, "cluster" | "lease" | "startedAt" | "report">) {
  const { cluster, report } = run;
  // Once more: another run may have done something between the first look and the Lease.
  const found = await leavesUntouched("looking for the old Trident", () => findWhatToDo(cluster));
  if ("result" in found) return finishedBefore(cluster, found, report);
  report(describeLegacy(found.legacy));
  const begun = { ...run, ...found };
  const ended = await resumeEarlierRun(begun);
  if (ended !== undefined) return ended;
  const migration = await checkAllIsReady(begun);
  try {
    return await copyAndCutOver(migration);
  } finally {
    await migration.destination.close();
  }
}

/**
 * Copies, stops the legacy Trident, copies what changed, starts the new one, verifies everything, and deletes the legacy Deployment.
 * Whatever fails before that, all is undone, the new Trident too.
 */
async function copyAndCutOver(migration: Migration): Promise<MigrationResult> {
  const { cluster, record, lease, report } = migration;
  let { legacy } = migration;
  let stopped = legacy.stoppedByMigration;
  let during = "copying the state while the old Trident serves";
  let copied: { readonly stop: StoppedTrident; readonly result: MigrationResult };
  // Until the new Trident serves an interruption is heeded, too.
  let obeyed: MigrationLease = lease;
  const enter = (step: string): void => {
    obeyed.throwIfLost();
    during = step;
  };
  try {
    const first = await runFirstPass(migration);

    enter("stopping the old Trident");
    // The first pass may have taken minutes.
    legacy = await findUnchanged(migration);
    if (legacy.isUninstalled !== true) report(`Stopping the old Trident (Deployment ${legacy.name}).`);
    stopped = true;
    const stop = await cluster.stopLegacy(legacy, record);

    enter(legacy.externalEtcd === undefined ? "starting its etcd for the copy" : "connecting to its etcd once more");
    report(describeStopped(legacy));
    const source = await cluster.openStoppedSource(legacy, record);
    let result: MigrationResult;
    try {
      enter("copying the old etcd's last changes");
      const last = await copyInOutage(migration, source, first);
      await cluster.checkStillStopped(stop);

      enter("starting the new Trident");
      report("Starting the new Trident; it must list all that was copied.");
      const servesSince = await startNewTrident(migration, source, last, stop);
      if (servesSince !== undefined) {
        report("The new Trident serves.");
        obeyed = lease.held;
      }

      enter("saving a snapshot of the old etcd and verifying all of the copy");
      const outage = { cutOverAt: stop.stoppedAt, outageSeconds: outageSeconds(stop, servesSince) };
      result = await verifyAll(migration, source, { ...last, first, ...outage });
    } finally {
      await source.close();
    }

    enter("ending the copy");
    await cluster.checkStillStopped(stop);
    obeyed.throwIfLost();
    copied = { stop, result: await recordCopied(cluster, result) };
  } catch (cause) {
    throw await undoMigration({ ...migration, legacy, stopped, during, cause });
  }
  await endMigration(migration, copied.stop);
  return copied.result;
}

function describeStopped({ isUninstalled, externalEtcd, claim }: LegacyTrident): string {
  if (externalEtcd !== undefined) return "Stopped.";
  return isUninstalled === true
    ? `Starting its etcd alone on a copy of PersistentVolumeClaim ${claim}, which is only read.`
    : `Stopped. Starting its etcd alone on PersistentVolumeClaim ${claim}.`;
}
