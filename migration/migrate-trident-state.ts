import { clusterEnvironment } from "./cluster-environment.ts";
import { copyAndVerify } from "./copy-and-verify.ts";
import type { Written } from "./copy/copy-until-verified.ts";
import type { KeyValueStore, StoreStatus } from "./copy/key-value-store.ts";
import { pinRevision } from "./copy/pin-revision.ts";
import type { LegacyTrident } from "./legacy/legacy-trident.ts";
import type { MigrationRecord } from "./legacy/migration-record.ts";
import type { MigrationEnvironment } from "./migration-environment.ts";
import { MigrationError } from "./migration-error.ts";
import type { MigrationRequest } from "./migration-request.ts";
import { recordedResult, resultOf, type MigrationResult } from "./migration-result.ts";
import { checkDestination } from "./preflight/check-destination.ts";
import { checkSource } from "./preflight/check-source.ts";
import { ForeignTridentError, NoLegacyTridentError, StoppedTridentDeletedError } from "./preflight/errors.ts";
import type { OpenStore } from "./stores/forwarded-store.ts";
import { undoMigration, writtenNothing } from "./undo-migration.ts";

export type { MigrationRequest } from "./migration-request.ts";
export type { MigrationResult } from "./migration-result.ts";

/**
 * Moves the state of a Trident with an embedded etcd to another etcd: stops it, copies, verifies every key and value, and
 * deletes its Deployment. Its claim and volume stay. Safe to call again after any failure or sudden death: it finishes
 * what was begun, and once all is done answers with the recorded result.
 *
 * @param report is given a line for a person now and then.
 * @throws MigrationError, after the old Trident was put back if it had been stopped.
 */
export async function migrateTridentState(
  request: MigrationRequest,
  report: (line: string) => void,
): Promise<MigrationResult> {
  const environment = beforeAnything(() => clusterEnvironment(request));
  return runMigration(environment, report);
}

/** The sequence itself, on whatever carries out its steps. */
export async function runMigration(
  environment: MigrationEnvironment,
  report: (line: string) => void,
): Promise<MigrationResult> {
  const startedAt = new Date();
  const begun = await untouched("looking for the old Trident", () => findWhatToDo(environment));
  if ("result" in begun) {
    report(`The migration was finished before: ${begun.result.keys} keys are in the new etcd.`);
    return begun.result;
  }
  const { legacy, record } = begun;
  report(describeLegacy(legacy));
  const destination = await untouchedOrUndone(environment, legacy, "checking that all is ready", async () => {
    await environment.removeSourcePod();
    await environment.checkClaim(legacy);
    return openCheckedDestination(environment, legacy, record, report);
  });
  try {
    return await cutOver({ environment, legacy, record, destination, startedAt, report });
  } finally {
    await destination.close();
  }
}

async function findWhatToDo(
  environment: MigrationEnvironment,
): Promise<{ legacy: LegacyTrident; record: MigrationRecord } | { result: MigrationResult }> {
  const { namespace, legacyDeployment } = environment;
  const record = await environment.readRecord();
  const trident = await environment.findTrident();
  switch (trident.kind) {
    case "legacy":
      return { legacy: trident.legacy, record };
    case "foreign":
      throw new ForeignTridentError(namespace, legacyDeployment, trident.why);
    case "absent":
    case "ours":
      if (record.phase === "copied") return { result: recordedResult(record) };
      if (record.phase === "stopped") {
        throw new StoppedTridentDeletedError(namespace, legacyDeployment, environment.record);
      }
      throw new NoLegacyTridentError(
        namespace,
        legacyDeployment,
        trident.kind === "ours" ? "Trident already runs on an external etcd" : "there is no such Deployment",
      );
  }
}

/** All checks of the two etcds and of the image, while the old Trident, if it runs, still serves. */
async function openCheckedDestination(
  environment: MigrationEnvironment,
  legacy: LegacyTrident,
  record: MigrationRecord,
  report: (line: string) => void,
): Promise<OpenStore> {
  const destination = await environment.openDestination();
  try {
    const source = await environment.openLiveSource(legacy);
    if (source === undefined) {
      report("The embedded etcd does not run now; its state is checked once it is started for the copy.");
    } else {
      const { keys } = await checkStores(environment, legacy, source, destination).finally(() => source.close());
      report(`The embedded etcd has ${keys} keys to move, and nothing in the new etcd is in their way.`);
    }
    // Last, since it is the only check that makes something, if only for a moment.
    await environment.checkLegacyImage(legacy, record);
    return destination;
  } catch (error) {
    await destination.close();
    throw error;
  }
}

/** Answers with how many keys there are to move, how many of them were moved before, and at which source revision. */
async function checkStores(
  environment: MigrationEnvironment,
  legacy: LegacyTrident,
  source: OpenStore,
  destination: OpenStore,
): Promise<{ keys: number; keysAlreadyThere: number; revision: bigint }> {
  const { range } = environment;
  const revision = await pinRevision(source, range);
  const keys = await checkSource({ source, destination, range, revision, legacy });
  const keysAlreadyThere = await checkDestination({ source, destination, range, sourceRevision: revision });
  return { keys, keysAlreadyThere, revision };
}

interface CutOver {
  readonly environment: MigrationEnvironment;
  readonly legacy: LegacyTrident;
  readonly record: MigrationRecord;
  readonly destination: OpenStore;
  readonly startedAt: Date;
  readonly report: (line: string) => void;
}

/** From here on the old Trident is away; whatever fails, it is put back. */
async function cutOver({
  environment,
  legacy,
  record,
  destination,
  startedAt,
  report,
}: CutOver): Promise<MigrationResult> {
  let during = "stopping the old Trident";
  let written: Written = writtenNothing;
  const keepWritten = (latest: Written): void => {
    written = latest;
  };
  try {
    report(`Stopping the old Trident (Deployment ${legacy.name}).`);
    const stopped = await environment.stopLegacy(legacy, record);

    during = "starting its etcd for the copy";
    report(`Stopped. Starting its etcd alone on PersistentVolumeClaim ${legacy.claim}.`);
    const source = await environment.openStoppedSource(legacy, record);
    let result: MigrationResult;
    try {
      during = "comparing the two etcds";
      const { revision, keysAlreadyThere } = await checkStores(environment, legacy, source, destination);
      const statuses = await statusesOf(source, destination);

      during = "copying the state";
      const { range } = environment;
      const sides = { source, destination, range };
      const verified = await copyAndVerify({ ...sides, revision, keysAlreadyThere, keepWritten, report });
      result = resultOf(verified, statuses.source, statuses.destination, startedAt);
    } finally {
      await source.close();
    }

    during = "ending the copy";
    await environment.removeSourcePod();
    await environment.checkStillStopped(stopped);
    await environment.changeRecord({ phase: "copied", result: JSON.stringify(result) });

    during = "deleting the old Deployment";
    await environment.deleteLegacy(stopped);
    report(`Deleted the old Deployment ${legacy.name}; PersistentVolumeClaim ${legacy.claim} stays.`);
    return result;
  } catch (cause) {
    throw await undoMigration({ environment, legacy, destination, written, during, cause, report });
  }
}

async function statusesOf(
  source: KeyValueStore,
  destination: KeyValueStore,
): Promise<{ source: StoreStatus; destination: StoreStatus }> {
  return { source: await source.status(), destination: await destination.status() };
}

function describeLegacy(legacy: LegacyTrident): string {
  const state = legacy.stoppedByMigration
    ? "stopped by a migration that did not end"
    : `at ${legacy.replicas} replica${legacy.replicas === 1 ? "" : "s"}`;
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
async function untouchedOrUndone<T>(
  environment: MigrationEnvironment,
  legacy: LegacyTrident,
  during: string,
  action: () => Promise<T>,
): Promise<T> {
  if (!legacy.stoppedByMigration) return untouched(during, action);
  try {
    return await action();
  } catch (cause) {
    throw await undoMigration({ environment, legacy, destination: undefined, written: writtenNothing, during, cause });
  }
}
