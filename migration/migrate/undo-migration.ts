import { counted } from "../wording/counted.ts";
import { removeCopiedKeys } from "../copy/write/remove-copied-keys.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import type { MigrationLease } from "../lease/held-lease.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import { sourcePodLeft } from "../trident/legacy-etcd/source-pod.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import { lossForGood } from "../lease/held-lease.ts";
import { MigrationError, type LegacyOutcome, leftToOther, type Migration } from "./migration.ts";
import { hasListed } from "../record/started-on.ts";
import { NewWritesAtRiskError, undoNewTrident } from "../undo/undo-new-trident.ts";

/** A migration that failed; without a destination when it had none open yet, and so wrote nothing. */
interface FailedMigration extends Pick<Migration, "cluster" | "lease" | "legacy" | "report"> {
  readonly destination?: Migration["destination"];
  readonly written?: Migration["written"];
  /** Whether the legacy Trident may have been stopped. */
  readonly stopped: boolean;
  readonly during: string;
  readonly cause: unknown;
}

/** As long as the cluster may be away for the legacy Trident to be put back all the same; less where it serves. */
const patienceSeconds = { stopped: 300, serving: 30 };

/**
 * Takes back what the migration did, the legacy Trident's return before all: a step that fails is told of in the error, and
 * the next is taken all the same. Answers with the error to raise. Takes nothing back when the Lease is lost: what there is
 * belongs to whoever has it now.
 */
export async function undoMigration(failed: FailedMigration): Promise<MigrationError> {
  const { cluster, lease, legacy, stopped, during, cause, report } = failed;
  const loss = await lossForGood(lease.held, patienceSeconds[stopped ? "stopped" : "serving"]);
  if (loss !== undefined) {
    report(`Failed while ${during}, and the Lease is lost: nothing is taken back.`);
    return leftToOther(cluster.namespace, during, loss);
  }
  report(`Failed while ${during}; ${whatFollows(failed)}.`);
  const leftBehind: string[] = [];
  let outcome: LegacyOutcome = { kind: "untouched" };
  if (stopped) {
    await cluster.removeSourcePod().catch((error: unknown) => {
      leftBehind.push(sourcePodLeft(cluster.namespace, error));
    });
    const kept = await undoNew(failed, leftBehind);
    if (kept !== undefined) return new MigrationError({ during, cause, legacy: kept, leftBehind });
    // The legacy Trident before the keys: those are only in the way of the next run.
    outcome = await restore(cluster, legacy);
  }
  const keysLeft = await removeKeys(failed);
  if (keysLeft !== undefined) leftBehind.push(keysLeft);
  return new MigrationError({ during, cause, legacy: outcome, leftBehind });
}

function whatFollows({ legacy, stopped }: FailedMigration): string {
  if (legacy.isUninstalled === true) return "taking back what was done";
  return stopped ? "putting the old Trident back" : "the old Trident serves on";
}

/**
 * Deletes what the migration wrote to the destination, and nothing else. From then on the record no longer says that what
 * stands there is a migration's own, unless it says so of a killed run's keys, which this one never came to look at.
 */
export async function removeCopied(migration: Pick<Migration, "cluster" | "destination" | "written">): Promise<void> {
  const { cluster, destination, written } = migration;
  const { range } = cluster;
  await removeCopiedKeys({ destination, range, writtenRevisions: written.revisions, unanswered: written.unanswered });
  written.forget();
  // Also when keys are left: they may be somebody else's. The next run writes its own mark when it finds nothing.
  if (written.coversMarker) await cluster.changeRecord({ firstPass: null });
}

/**
 * With all that it wrote carried into the legacy etcd. One that was seen to serve is kept when that fails, and serves on: the
 * answer tells so. What one that never served wrote while it started is no reason to leave the legacy one stopped.
 */
async function undoNew(failed: FailedMigration, leftBehind: string[]): Promise<LegacyOutcome | undefined> {
  const { cluster, legacy, lease, report } = failed;
  let hasServed = false;
  try {
    const [record, standing] = [await cluster.readRecord(), await cluster.findNewTrident()];
    hasServed = standing?.hasServed === true || hasListed(record);
    await undoNewTrident({ cluster, record, legacy, lease: lease.held, report });
    return undefined;
  } catch (why) {
    if (hasServed) return { kind: "newKept", why, serves: await servesAgain(cluster, lease.held) };
    if (why instanceof NewWritesAtRiskError) leftBehind.push(neverServed(why));
    // What else went wrong here is tried again before the legacy Trident is started, which must not run beside it.
    return undefined;
  }
}

async function servesAgain(cluster: ClusterPort, lease: MigrationLease): Promise<boolean> {
  try {
    lease.throwIfLost();
    return await cluster.resumeNewTrident();
  } catch {
    return false;
  }
}

function neverServed({ keys, cause }: NewWritesAtRiskError): string {
  const what =
    keys === undefined
      ? "What it wrote in the new etcd while it started"
      : `${counted(keys, "key")} that it wrote while it started`;
  return `The new Trident never served. ${what} could not be carried back (${withoutFullStop(describeFailure(cause))}) and stays there.`;
}

async function restore(cluster: ClusterPort, legacy: LegacyTrident): Promise<LegacyOutcome> {
  try {
    const replicas = await cluster.restoreLegacy(legacy);
    return legacy.isUninstalled === true
      ? { kind: "claimAsFound", claim: legacy.claim }
      : { kind: "restored", replicas };
  } catch (why) {
    const replicas = Math.max(legacy.replicas, 1);
    const command = `kubectl --namespace ${legacy.namespace} scale deployment ${legacy.name} --replicas=${replicas}`;
    return { kind: "notRestored", why, command };
  }
}

async function removeKeys({ cluster, destination, written }: FailedMigration): Promise<string | undefined> {
  if (destination === undefined || written === undefined) return undefined;
  try {
    await removeCopied({ cluster, destination, written });
    return undefined;
  } catch (error) {
    return (
      `Keys that were copied could not all be removed from ${destination.description} ` +
      `(${withoutFullStop(describeFailure(error))}); the next run goes on from those that it knows for its own or finds equal, and names the others.`
    );
  }
}
