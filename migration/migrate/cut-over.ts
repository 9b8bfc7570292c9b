import { carryChangesAndCompare, type CarriedChanges } from "./copy-and-verify.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import type { VerifiedCopy } from "../copy/compare/verify-copy.ts";
import { copyWhole, runFirstPass } from "./first-pass.ts";
import type { MigrationLease } from "../lease/held-lease.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import { LegacyTridentChangedError, type StoppedTrident } from "../trident/legacy/stop-legacy-trident.ts";
import type { Migration } from "./migration.ts";
import { MigrationError } from "./migration-error.ts";
import type { MigrationResult } from "../record/migration-result.ts";
import { startedNow, startedOnText } from "../record/started-on.ts";
import { BlockedError } from "../blockers/blocker.ts";
import { emptySource } from "../blockers/state-blockers.ts";
import { proveAll, recordCopied } from "./prove-all.ts";
import type { OpenStore } from "../connect/open-store.ts";
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

    enter("starting its etcd for the copy");
    report(
      legacy.isUninstalled === true
        ? `Starting its etcd alone on a copy of PersistentVolumeClaim ${legacy.claim}, which is only read.`
        : `Stopped. Starting its etcd alone on PersistentVolumeClaim ${legacy.claim}.`,
    );
    const source = await cluster.openStoppedSource(legacy, record);
    let result: MigrationResult;
    try {
      enter("copying the old etcd's last changes");
      const copied = await (first === undefined ? copyAtOnce(migration, source) : copyRest(migration, source, first));
      await cluster.checkStillStopped(stop);

      enter("starting the new Trident");
      report("Starting the new Trident; it must list all that was copied.");
      const servesSince = await startNewTrident(migration, source, copied, stop);
      if (servesSince !== undefined) {
        report("The new Trident serves.");
        obeyed = lease.held;
      }

      enter("saving a snapshot of the old etcd and verifying all of the copy");
      result = await proveAll(migration, source, {
        ...copied,
        first,
        // For how long an uninstalled Trident was away, nobody knows.
        servesSince: legacy.isUninstalled === true ? undefined : servesSince,
        cutOverAt: stop.stoppedAt,
      });
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

/** What is left once all is recorded: what fails of it is ended by the next run, and nothing is put back. */
export async function endMigration(
  migration: Pick<Migration, "cluster" | "legacy" | "report">,
  stop: StoppedTrident,
): Promise<void> {
  try {
    // Only now, since nothing waits for it, and while it ends a killed run would still be undone otherwise.
    await migration.cluster.removeSourcePod();
    await deleteLegacy(migration, stop);
    await migration.cluster.handOverNewTrident();
  } catch (cause) {
    throw new MigrationError({
      during: "removing what the old Trident no longer needs",
      cause,
      legacy: { kind: "superseded" },
    });
  }
}

/** What it is started on is recorded before: whatever becomes of this run, what it writes from then on is known for its own. */
async function startNewTrident(
  migration: Migration,
  source: OpenStore,
  copied: Copied,
  stop: StoppedTrident,
): Promise<Date | undefined> {
  const { cluster, destination } = migration;
  const [from, to] = await Promise.all([source.status(), destination.status()]);
  const started = startedNow(copied, { source: from, destination: to }, stop.generation);
  await cluster.changeRecord({ served: startedOnText(started) });
  const servesSince = await cluster.startNewTrident({ destination, revision: copied.destinationRevision });
  const listedAt = servesSince?.toISOString();
  if (listedAt !== undefined) await cluster.changeRecord({ served: startedOnText({ ...started, listedAt }) });
  return servesSince;
}

async function copyAtOnce(migration: Migration, source: OpenStore): Promise<Copied> {
  const verified = await copyWhole(migration, source);
  return { ...verified, verified, changes: { created: 0, replaced: 0, deleted: 0 } };
}

async function copyRest(migration: Migration, source: OpenStore, first: VerifiedCopy): Promise<Copied> {
  const { cluster, destination, legacy, written, lease, report } = migration;
  const { range } = cluster;
  const revision = await pinRevision(source, range);
  const pass = { source, destination, range, revision, written, signal: lease.signal, report };
  const copied = await carryChangesAndCompare(pass, first);
  // A Trident that lost everything in its last seconds is not one to start anew from.
  if (copied.keys === 0) throw new BlockedError(emptySource(legacy, range.text));
  return copied;
}

async function deleteLegacy(
  { cluster, legacy, report }: Pick<Migration, "cluster" | "legacy" | "report">,
  stop: StoppedTrident,
): Promise<void> {
  await cluster.deleteLegacy(stop);
  const deleted = legacy.isUninstalled === true ? "" : `Deleted the old Deployment ${legacy.name}; `;
  report(`${deleted}PersistentVolumeClaim ${legacy.claim} stays.`);
  // No copy is under way any more. A mark that stays misleads nobody while there is no old Trident.
  await cluster.changeRecord({ firstPass: null, served: null }).catch(() => undefined);
}

async function findUnchanged({ cluster, legacy }: Migration): Promise<LegacyTrident> {
  const found = await cluster.findTrident();
  const isOfKind = found.kind === "legacy" || found.kind === "uninstalled";
  if (isOfKind && found.legacy.uid === legacy.uid) return found.legacy;
  throw new LegacyTridentChangedError(
    legacy,
    found.kind === "absent" ? "it is gone" : "another one has taken its place",
  );
}
