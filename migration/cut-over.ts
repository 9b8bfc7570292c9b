import { carryChangesAndCompare, verifyAgain, type CarriedChanges } from "./copy-and-verify.ts";
import type { KeyValueStore, StoreStatus } from "./copy/key-value-store.ts";
import { pinRevision } from "./copy/pin-revision.ts";
import type { VerifiedCopy } from "./copy/verify-copy.ts";
import { copyWhole, runFirstPass } from "./first-pass.ts";
import type { MigrationLease } from "./lease/held-lease.ts";
import type { LegacyTrident } from "./legacy/legacy-trident.ts";
import { LegacyTridentChangedError, type StoppedTrident } from "./legacy/stop-legacy-trident.ts";
import type { Migration } from "./migration.ts";
import { MigrationError } from "./migration-error.ts";
import { resultOf, type MigrationResult } from "./migration-result.ts";
import { EmptySourceError } from "./preflight/errors.ts";
import type { OpenStore } from "./stores/forwarded-store.ts";
import { undoMigration } from "./undo-migration.ts";

/** What the outage's pass ended with. */
type Copied = Omit<CarriedChanges, "changes"> & {
  readonly changes: Pick<CarriedChanges["changes"], "created" | "replaced" | "deleted">;
};

/**
 * Copies, stops the old Trident, copies what changed, starts the new one, verifies everything, and deletes the old Deployment.
 * Whatever fails before that, all is taken back, the new Trident too.
 */
export async function copyAndCutOver(migration: Migration): Promise<MigrationResult> {
  const { environment, destination, record, lease, report } = migration;
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
    report(`Stopping the old Trident (Deployment ${legacy.name}).`);
    stopped = true;
    const stop = await environment.stopLegacy(legacy, record);

    enter("starting its etcd for the copy");
    report(`Stopped. Starting its etcd alone on PersistentVolumeClaim ${legacy.claim}.`);
    const source = await environment.openStoppedSource(legacy, record);
    let result: MigrationResult;
    try {
      enter("copying the old etcd's last changes");
      const copied = await (first === undefined ? copyAtOnce(migration, source) : copyRest(migration, source, first));
      await environment.checkStillStopped(stop);

      enter("starting the new Trident");
      report("Starting the new Trident; it must list all that was copied.");
      const servesSince = await environment.startNewTrident({ destination, revision: copied.destinationRevision });
      if (servesSince !== undefined) report("The new Trident serves.");
      obeyed = lease.held;

      // Nobody waits for these any more. Both only read the old etcd, which nobody writes to.
      enter("saving a snapshot of the old etcd and verifying all of the copy");
      const [snapshot, verified] = await bothEnded(
        saveSnapshot(migration, source),
        copied.verified ?? verifyAll(migration, source, copied),
      );
      const statuses = await statusesOf(source, destination);
      const { startedAt } = migration;
      const { changes } = copied;
      const cutOverAt = stop.stoppedAt;
      result = resultOf({ verified, changes, first, statuses, snapshot, startedAt, cutOverAt, servesSince });
    } finally {
      await source.close();
    }

    enter("ending the copy");
    await environment.removeSourcePod();
    await environment.checkStillStopped(stop);
    obeyed.throwIfLost();
    result = { ...result, finishedAt: new Date().toISOString() };
    await environment.changeRecord({ phase: "copied", result: JSON.stringify(result) });
    copied = { stop, result };
  } catch (cause) {
    throw await undoMigration({ ...migration, legacy, stopped, during, cause });
  }
  await endMigration(migration, copied.stop);
  return copied.result;
}

/** What is left once the new Trident serves: what fails of it is ended by the next run, and nothing is put back. */
export async function endMigration(
  migration: Pick<Migration, "environment" | "legacy" | "report">,
  stop: StoppedTrident,
): Promise<void> {
  try {
    await deleteLegacy(migration, stop);
    await migration.environment.handOverNewTrident();
  } catch (cause) {
    throw new MigrationError({ during: "deleting the old Deployment", cause, legacy: { kind: "superseded" } });
  }
}

async function copyAtOnce(migration: Migration, source: OpenStore): Promise<Copied> {
  const verified = await copyWhole(migration, source);
  return { ...verified, verified, changes: { created: 0, replaced: 0, deleted: 0 } };
}

async function copyRest(migration: Migration, source: OpenStore, first: VerifiedCopy): Promise<Copied> {
  const { environment, destination, legacy, written, lease, report } = migration;
  const { range } = environment;
  const revision = await pinRevision(source, range);
  const pass = { source, destination, range, revision, written, signal: lease.signal, report };
  const copied = await carryChangesAndCompare(pass, first);
  // A Trident that lost everything in its last seconds is not one to start anew from.
  if (copied.keys === 0) throw new EmptySourceError(legacy, range.from.toString("utf8"));
  return copied;
}

/** As it was when the new Trident began: what that writes meanwhile is not looked at. */
function verifyAll(migration: Migration, source: OpenStore, copied: Copied): Promise<VerifiedCopy> {
  const { environment, destination, lease, report } = migration;
  const pass = { source, destination, range: environment.range, signal: lease.held.signal, report };
  return verifyAgain({ ...pass, revision: copied.sourceRevision }, copied.destinationRevision);
}

async function saveSnapshot({ environment, report }: Migration, source: OpenStore): Promise<string | undefined> {
  const path = await environment.takeSnapshot(source);
  if (path !== undefined) report(`Saved a snapshot of the old etcd as ${path}; it holds secrets.`);
  return path;
}

async function deleteLegacy(
  { environment, legacy, report }: Pick<Migration, "environment" | "legacy" | "report">,
  stop: StoppedTrident,
): Promise<void> {
  await environment.deleteLegacy(stop);
  report(`Deleted the old Deployment ${legacy.name}; PersistentVolumeClaim ${legacy.claim} stays.`);
  // No copy is under way any more. A mark that stays misleads nobody while there is no old Trident.
  await environment.changeRecord({ firstPass: null }).catch(() => undefined);
}

async function findUnchanged({ environment, legacy }: Migration): Promise<LegacyTrident> {
  const found = await environment.findTrident();
  if (found.kind === "legacy" && found.legacy.uid === legacy.uid) return found.legacy;
  throw new LegacyTridentChangedError(
    legacy,
    found.kind === "absent" ? "it is gone" : "another one has taken its place",
  );
}

async function statusesOf(
  source: KeyValueStore,
  destination: KeyValueStore,
): Promise<{ source: StoreStatus; destination: StoreStatus }> {
  const [from, to] = await Promise.all([source.status(), destination.status()]);
  return { source: from, destination: to };
}

/** Raises what the first of them failed with, but only once neither is under way any more. */
async function bothEnded<One, Other>(one: Promise<One>, other: Promise<Other> | Other): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}
