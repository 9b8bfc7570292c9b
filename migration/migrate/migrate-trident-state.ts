import { counted } from "../wording/counted.ts";
import { checkStores } from "./check-stores.ts";
import { clusterAdapter } from "../trident/port/cluster-adapter.ts";
import { underLease } from "../trident/port/under-lease.ts";
import { copyAndCutOver, endMigration } from "./cut-over.ts";
import { endServedMigration, refuseOldWrites } from "./end-served-migration.ts";
import { interruptible, type InterruptibleLease } from "../lease/interruption.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import { MigrationError } from "./migration-error.ts";
import type { MigrationRequest } from "./migration-request.ts";
import { recordedResult, type MigrationResult } from "../record/migration-result.ts";
import type { Migration } from "./migration.ts";
import { settleBesideOldTrident } from "../undo/beside-legacy-trident.ts";
import { hasListed, startedOn, wasOldTouched } from "../record/started-on.ts";
import { takeBackNewTrident } from "../undo/take-back-new-trident.ts";
import { BlockedError } from "../blockers/blocker.ts";
import {
  foreignTrident,
  noLegacyTrident,
  oldTridentNotServing,
  stoppedTridentDeleted,
} from "../blockers/legacy-blockers.ts";
import type { TridentNames } from "../trident/state/check-state.ts";
import { leftToOther, undoMigration } from "./undo-migration.ts";
import { WrittenKeys } from "../copy/write/write-journal.ts";

export type { MigrationRequest } from "./migration-request.ts";
export type { MigrationResult } from "../record/migration-result.ts";

/**
 * Moves the state of a Trident with an embedded etcd to another etcd: copies while it serves, stops it, copies what
 * changed, verifies every key and value, and deletes its Deployment. Its claim and volume stay. Safe to call again after
 * any failure or sudden death: it finishes what was begun, and once all is done answers with the recorded result.
 *
 * @param report is given a line for a person now and then.
 * @param interruption aborts it: what was done is taken back, unless the new Trident serves already.
 * @throws MigrationError, after the old Trident was put back if it had been stopped.
 */
export async function migrateTridentState(
  request: MigrationRequest,
  report: (line: string) => void,
  interruption: AbortSignal = new AbortController().signal,
): Promise<MigrationResult> {
  const run = { interruption, refusesUnusableDestination: true };
  const cluster = beforeAnything(() => clusterAdapter(request, run));
  return runMigration(cluster, report, interruption);
}

/** The sequence itself, on whatever carries out its steps. */
export async function runMigration(
  cluster: ClusterPort,
  report: (line: string) => void,
  interruption: AbortSignal = new AbortController().signal,
): Promise<MigrationResult> {
  const startedAt = new Date();
  const looked = await untouched("looking for the old Trident", () => findWhatToDo(cluster));
  if ("result" in looked) return finishedBefore(cluster, looked.result, report);
  // Nothing is touched without the Lease: what this run would clean up may be in use by another.
  const lease = await untouched("making sure that no other migration runs", () => cluster.acquireLease(report));
  const alone = (fenced: ClusterPort): Promise<MigrationResult> =>
    runAlone(fenced, interruptible(lease, interruption), startedAt, report);
  return underLease(cluster, lease, alone, (loss, error) =>
    error instanceof MigrationError && error.legacy !== "leftToOther"
      ? leftToOther(cluster.namespace, error.during, loss)
      : error,
  );
}

async function runAlone(
  cluster: ClusterPort,
  lease: InterruptibleLease,
  startedAt: Date,
  report: (line: string) => void,
): Promise<MigrationResult> {
  // Once more: another run may have done something between the first look and the Lease.
  const begun = await untouched("looking for the old Trident", () => findWhatToDo(cluster));
  if ("result" in begun) return finishedBefore(cluster, begun.result, report);
  const { legacy, record } = begun;
  report(describeLegacy(legacy));
  const started = { cluster, lease, legacy, record, startedAt, report };
  if (record.phase === "copied" && legacy.stoppedByMigration) return endCopiedMigration(started);
  if (!legacy.stoppedByMigration) {
    await untouched("looking for a new Trident", () => settleBesideOldTrident({ ...started, lease: lease.held }));
  } else {
    const servedRevision = await servedBefore(cluster, record);
    if (servedRevision !== undefined) return endServedMigration(started, servedRevision);
    await takeBackEarlier(started);
  }
  const during = "checking that all is ready";
  const openMigration = () => openChecked(started);
  const migration = legacy.stoppedByMigration
    ? await undoneOnFailure(started, during, openMigration)
    : await untouched(during, openMigration);
  try {
    return await copyAndCutOver(migration);
  } finally {
    await migration.destination.close();
  }
}

/** Killed after all was recorded: what the new Trident has written since would be lost by copying again. */
async function endCopiedMigration(started: Omit<Migration, "destination" | "written">): Promise<MigrationResult> {
  const { cluster, legacy, record } = started;
  const result = recordedResult(record);
  const during = "ending what is left";
  const stop = await cluster.stopLegacy(legacy, record).catch((cause: unknown) => {
    throw new MigrationError({ during, cause, legacy: { kind: "superseded" } });
  });
  if (wasOldTouched(record, stop)) await refuseOldWrites(started, during);
  await endMigration(started, stop);
  return result;
}

/** The revision that a new Trident was started on which has come to serve, now or before: it may have written what must not be lost. */
async function servedBefore(cluster: ClusterPort, record: MigrationRecord): Promise<bigint | undefined> {
  return leftAsFound(cluster, "looking whether the new Trident serves", async () => {
    const standing = await cluster.findNewTrident();
    if (standing === undefined || standing.replicas === 0) return undefined;
    return standing.hasServed || hasListed(record) ? startedOn(record, standing)?.destinationRevision : undefined;
  });
}

/** One that never served, or was scaled to 0: what it wrote is carried into the old etcd, which is then copied anew. */
async function takeBackEarlier(started: Omit<Migration, "destination" | "written">): Promise<void> {
  const { cluster, lease } = started;
  await leftAsFound(cluster, "taking back the new Trident of an earlier run", async () => {
    await cluster.removeSourcePod();
    await takeBackNewTrident({ ...started, lease: lease.held });
  });
}

async function leftAsFound<T>({ namespace }: ClusterPort, during: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new MigrationError({ during, cause, legacy: { kind: "leftAsFound", namespace } });
  }
}

async function finishedBefore(
  cluster: ClusterPort,
  result: MigrationResult,
  report: (line: string) => void,
): Promise<MigrationResult> {
  await cluster.handOverNewTrident();
  report(`The migration was finished before: ${counted(result.keys, "key is", "keys are")} in the new etcd.`);
  return result;
}

async function findWhatToDo(
  cluster: ClusterPort,
): Promise<{ legacy: LegacyTrident; record: MigrationRecord } | { result: MigrationResult }> {
  const { namespace, legacyDeployment } = cluster;
  const record = await cluster.readRecord();
  const trident = await cluster.findTrident();
  switch (trident.kind) {
    case "legacy":
      return { legacy: trident.legacy, record };
    case "foreign":
      throw new BlockedError(foreignTrident(namespace, legacyDeployment, trident.why));
    case "uninstalled":
      // A finished one may have left its pod behind; one from a Deployment is told of below.
      if (record.phase === undefined || (record.phase === "copied" && record.legacyClaim !== undefined)) {
        return { legacy: trident.legacy, record };
      }
      return resultInRecord(cluster, record);
    case "absent":
    case "ours":
      if (record.phase !== undefined) return resultInRecord(cluster, record);
      throw new BlockedError(
        noLegacyTrident(
          namespace,
          legacyDeployment,
          trident.kind === "ours"
            ? "Trident already runs on an external etcd"
            : { claim: cluster.legacyClaim, labelled: trident.claims ?? [] },
        ),
      );
  }
}

function resultInRecord({ namespace, legacyDeployment, recordName: name }: ClusterPort, record: MigrationRecord) {
  if (record.phase === "copied") return { result: recordedResult(record) };
  throw new BlockedError(stoppedTridentDeleted(namespace, legacyDeployment, name));
}

/** All checks of the two etcds, the image and the snapshot's folder, while the old Trident, if it runs, still serves. */
async function openChecked(begun: Omit<Migration, "destination" | "written">): Promise<Migration> {
  const { cluster, legacy, record, report } = begun;
  await cluster.removeSourcePod();
  await cluster.checkClaim(legacy);
  await cluster.prepareSnapshot();
  const destination = await cluster.openDestination();
  try {
    const migration = { ...begun, destination, written: new WrittenKeys() };
    const source = legacy.stoppedByMigration ? undefined : await cluster.openLiveSource(legacy);
    if (source === undefined) {
      report(
        "The embedded etcd does not run now: its state is checked, and all of it copied, once it is started for the copy.",
      );
    } else {
      const ask = () => namesOfServing(cluster, legacy);
      const { keys } = await checkStores(migration, source, ask).finally(() => source.close());
      report(`The embedded etcd has ${counted(keys, "key")} to move, and nothing in the new etcd is in their way.`);
    }
    // Last, since it is the only check that makes something, if only for a moment.
    await cluster.checkLegacyImage(legacy, record);
    return migration;
  } catch (error) {
    await destination.close();
    throw error;
  }
}

/** Raises BlockedError (oldTridentNotServing) for one that does not; undefined for one that nobody wants to serve. */
async function namesOfServing(cluster: ClusterPort, legacy: LegacyTrident): Promise<TridentNames | undefined> {
  if (legacy.replicas === 0) return undefined;
  const answer = await cluster.askLegacy(legacy);
  if (answer.kind === "names") return answer.names;
  throw new BlockedError(oldTridentNotServing(legacy, answer.kind === "failed" ? answer.reason : answer.seen));
}

function describeLegacy(legacy: LegacyTrident): string {
  if (legacy.isUninstalled === true) {
    return `Found no Deployment ${legacy.name}: Trident was uninstalled, and its state is on PersistentVolumeClaim ${legacy.claim}.`;
  }
  const state = legacy.stoppedByMigration
    ? "stopped by a migration that did not end"
    : `at ${counted(legacy.replicas, "replica")}`;
  return `Found the old Trident: Deployment ${legacy.name}, ${state}, its state on PersistentVolumeClaim ${legacy.claim} (${legacy.etcdImage}).`;
}

function beforeAnything<T>(action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new MigrationError({ during: "reaching the cluster", cause, legacy: { kind: "untouched" } });
  }
}

async function untouched<T>(during: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new MigrationError({ during, cause, legacy: { kind: "untouched" } });
  }
}

/** Checks that fail leave a running Trident alone, but one that an earlier run left stopped is put back. */
async function undoneOnFailure<T>(
  migration: Pick<Migration, "cluster" | "lease" | "legacy" | "report">,
  during: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw await undoMigration({ ...migration, stopped: true, during, cause });
  }
}
