import { counted } from "../wording/counted.ts";
import { deleteKeysOf } from "../copy/write/remove-copied-keys.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import { interruptible, type InterruptibleLease } from "../lease/interruption.ts";
import { lossOf } from "../lease/held-lease.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import type { OpenStore } from "../connect/open-store.ts";
import type { ListLengths } from "../trident/rest/expected-lists.ts";
import { unmarkCommands } from "../trident/legacy/stale-claim.ts";
import { claimInRecord, legacyInRecord } from "../trident/legacy/unfinished-migration.ts";
import { carryBack } from "./carry-back.ts";
import { recordedCarry, rolledBackOf, type CarriedBack, type RolledBack } from "./carried-back.ts";
import { leaving, NameTakenError, RollbackError, type Rollback } from "./rollback.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import { underLease } from "../trident/port/under-lease.ts";
import { serveAgain } from "./serve-again.ts";

/**
 * Returns a migrated Trident to its embedded etcd, if the record asks for it: carries back what changed since the migration,
 * verifies every key and value, and puts the legacy Deployment back as it was. The stack's own Deployment is gone by then. Safe
 * to call again after any failure or sudden death. Answers undefined when nothing is asked for.
 *
 * @param interruption stops it: the new Trident serves again then, unless the legacy one does already.
 * @throws RollbackError, after the new Trident was started again if the legacy one did not come to serve.
 */
export async function rollBack(
  cluster: ClusterPort,
  report: (line: string) => void,
  interruption: AbortSignal = new AbortController().signal,
): Promise<RolledBack | undefined> {
  if (!isAskedFor(await cluster.findRecord())) return undefined;
  // Whoever holds the Lease may be at the same rollback: nothing is started beside it.
  const during = "making sure that nothing else migrates or rolls back";
  const lease = await leaving({ kind: "untouched" }, during, () => cluster.acquireLease(report));
  return underLease(
    cluster,
    lease,
    async (fenced) => {
      // Once more: another run may have done it between the first look and the Lease.
      const record = await fenced.findRecord();
      if (record === undefined || !isAskedFor(record)) return undefined;
      return runAlone(fenced, interruptible(lease, interruption), record, report);
    },
    (loss, error) =>
      error instanceof RollbackError && error.outcome !== "leftToOther"
        ? new RollbackError({ during: error.during, cause: loss, outcome: { kind: "leftToOther" } })
        : error,
  );
}

function isAskedFor(record: MigrationRecord | undefined): boolean {
  return record?.rollback === "requested" && record.phase === "copied";
}

async function runAlone(
  cluster: ClusterPort,
  lease: InterruptibleLease,
  record: MigrationRecord,
  report: (line: string) => void,
): Promise<RolledBack> {
  let during = "looking for what stands";
  const enter = (step: string): void => {
    lease.throwIfLost();
    during = step;
  };
  const rollback: Rollback = { cluster, lease, record, report, enter };
  const standing = await leaving({ kind: "untouched" }, during, () => findPutBackEarlier(rollback));
  let uid: string | undefined;
  let carried: CarriedBack;
  try {
    if (standing === undefined) {
      const legacy = legacyInRecord(record, cluster.legacyEtcdContainer);
      carried = await carryOnce(rollback, legacy);
      enter("putting the old Trident back");
      report(`Putting the old Trident back: Deployment ${legacy.name}, as it was before the migration.`);
      uid = await cluster.recreateLegacy(legacy, record);
      await waitForLegacy(rollback, legacy, carried.lists);
    } else {
      enter("waiting for the old Trident that an earlier run had put back");
      carried = standing.carried;
      // It may have been used since: what it lists is its own affair.
      await waitForLegacy(rollback, standing.legacy, { backends: 0, volumes: 0, storageClasses: 0 });
    }
  } catch (cause) {
    if (standing === undefined) throw await serveAgain({ rollback, uid, during, cause });
    throw new RollbackError({ during, cause, outcome: { kind: "legacyStands", deployment: standing.legacy.name } });
  }
  return finish(rollback, carried);
}

/** The legacy Trident, when an earlier run had put it back and was killed then. Raises NameTakenError for anything else. */
async function findPutBackEarlier({
  cluster,
  record,
}: Rollback): Promise<{ readonly legacy: LegacyTrident; readonly carried: CarriedBack } | undefined> {
  const { namespace, legacyDeployment } = cluster;
  const found = await cluster.findTrident();
  switch (found.kind) {
    case "absent":
    case "uninstalled":
      return undefined;
    case "ours":
      throw new NameTakenError(namespace, legacyDeployment, "the new Trident, which this stack no longer knows");
    case "foreign":
      throw new NameTakenError(namespace, legacyDeployment, `somebody else's (${found.why})`);
    case "legacy": {
      const carried = recordedCarry(record);
      if (carried !== undefined) return { legacy: found.legacy, carried };
      throw new NameTakenError(namespace, legacyDeployment, "an old Trident that this program did not put back");
    }
  }
}

/** What an earlier run had carried back and verified counts for as long as nothing was written to the new etcd after it. */
async function carryOnce(rollback: Rollback, legacy: LegacyTrident): Promise<CarriedBack> {
  const { cluster, record, report, enter } = rollback;
  enter("stopping the new Trident");
  await cluster.stopNewTrident();
  await cluster.removeSourcePod();
  const earlier = recordedCarry(record);
  enter("reaching the new etcd");
  const newEtcd = await cluster.openDestination();
  try {
    if (earlier?.byHand === true) return await leaveByHand(rollback, earlier, newEtcd);
    // By a quorum: what one member says of its own revision may be old.
    if (earlier?.newEtcdRevision === (await pinRevision(newEtcd, cluster.range)).toString()) {
      report("All of the state was carried back and verified by an earlier run.");
      return earlier;
    }
    const carried = await carryBack(rollback, legacy, newEtcd);
    enter("ending the copy");
    await cluster.changeRecord({ rollbackPhase: "restoring", carriedBack: JSON.stringify(carried) });
    await cluster.removeSourcePod();
    return carried;
  } finally {
    await newEtcd.close();
  }
}

/** The legacy Trident has a state of its own, which the user put there: the new etcd's is kept in a snapshot. */
async function leaveByHand(rollback: Rollback, earlier: CarriedBack, newEtcd: OpenStore): Promise<CarriedBack> {
  const { cluster, report, enter } = rollback;
  enter("saving a snapshot of the new etcd");
  const snapshot = earlier.snapshot ?? (await cluster.saveDestinationSnapshot(newEtcd));
  if (snapshot !== undefined) report(`Saved a snapshot of the new etcd as ${snapshot}; it holds secrets.`);
  const newEtcdRevision = (await pinRevision(newEtcd, cluster.range)).toString();
  const left = { ...earlier, newEtcdRevision, ...(snapshot === undefined ? {} : { snapshot }) };
  await cluster.changeRecord({ carriedBack: JSON.stringify(left) });
  return left;
}

async function waitForLegacy(rollback: Rollback, legacy: LegacyTrident, expected: ListLengths): Promise<void> {
  const { cluster, record, report, enter } = rollback;
  if ((record.legacyReplicas ?? legacy.replicas) === 0) {
    report("The old Trident is at 0 replicas, as it was before the migration.");
    return;
  }
  enter("waiting for the old Trident to serve what was carried back");
  await cluster.waitUntilLegacyServes(legacy, expected);
  report("The old Trident serves.");
}

/** From here on the legacy Trident's state is the newer one, and nothing is taken back. */
async function finish(rollback: Rollback, carried: CarriedBack): Promise<RolledBack> {
  const { cluster, report } = rollback;
  const ended = rolledBackOf(carried, new Date());
  const outcome = { kind: "legacyStands", deployment: cluster.legacyDeployment } as const;
  // Only now, since the new Trident is no longer started again; and before what ends it, so that a killed run's successor does it.
  await unmarkClaim(rollback);
  await leaving(outcome, "recording that it has ended", async () => {
    await emptyDestination(rollback, BigInt(carried.newEtcdRevision));
    await cluster.changeRecord({
      ...{ phase: null, legacyDeployment: null, legacyReplicas: null, stoppedAt: null, firstPass: null, result: null },
      ...{ rollback: null, rollbackPhase: null, carriedBack: null, newTrident: null, served: null },
      ...{ carriedPod: null, migratedStateIn: null },
      // The new etcd was emptied: to find it so is no loss.
      etcdHeldKeys: null,
      rolledBack: JSON.stringify(ended),
    });
  });
  report(`Rolled back: ${counted(ended.keys, "key is", "keys are")} in the embedded etcd, as in the new one.`);
  return ended;
}

/** Its state is the newest again. A mark that stays only misleads people. */
async function unmarkClaim({ cluster, record, report }: Rollback): Promise<void> {
  const claim = claimInRecord(record, cluster.legacyEtcdContainer);
  if (claim === undefined) return;
  await cluster.unmarkClaim(claim).catch((error: unknown) => {
    report(
      `The mark on PersistentVolumeClaim ${claim}, that its state is stale, is no longer true and could not be taken off ` +
        `(${withoutFullStop(describeFailure(error))}): ${unmarkCommands({ namespace: cluster.namespace, claim })}.`,
    );
  });
}

/** A later migration is to find the new etcd empty. What can't be deleted is only in its way. */
async function emptyDestination({ cluster, lease, report }: Rollback, revision: bigint): Promise<void> {
  try {
    const newEtcd = await cluster.openDestination();
    try {
      await deleteKeysOf(newEtcd, cluster.range, ({ modRevision }) => modRevision <= revision);
    } finally {
      await newEtcd.close();
    }
  } catch (error) {
    if (lossOf(lease.held) !== undefined) throw error;
    report(
      `What was carried back could not all be deleted from the new etcd (${withoutFullStop(describeFailure(error))}): a later ` +
        `migration names the keys that are in its way.`,
    );
  }
}
