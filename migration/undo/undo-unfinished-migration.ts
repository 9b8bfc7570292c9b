import type { KeyPrefix } from "../copy/store/key-range.ts";
import type { EtcdAddress } from "../connect/etcd-address.ts";
import { openEtcd } from "../connect/open-etcd.ts";
import { connectToCluster, type ClusterAccess } from "../kubernetes/cluster-client.ts";
import { openUntil } from "../kubernetes/request-gate.ts";
import { unlessAborted } from "../kubernetes/unless-aborted.ts";
import { interruptible } from "../lease/interruption.ts";
import { migrationLease } from "../lease/errors.ts";
import { fencedSteps, type Effects } from "../lease/fenced-steps.ts";
import type { MigrationLease } from "../lease/held-lease.ts";
import { gatedCluster } from "../lease/gated-cluster.ts";
import { lossOf } from "../lease/loss-of.ts";
import { findLegacyTrident, type DeploymentFinding, type LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import { changeMigrationRecord, findMigrationRecord, type MigrationRecord } from "../record/migration-record.ts";
import { restoreLegacyTrident } from "../trident/legacy/restore-legacy-trident.ts";
import { openSourcePod, removeSourcePod } from "../trident/legacy/source-pod.ts";
import { waitUntilTridentServes } from "../trident/rest/trident-serving.ts";
import { takeBackNewTrident, type TakeBackEnvironment } from "./take-back-new-trident.ts";
import { lookAtNewTrident } from "../trident/new/new-trident.ts";
import { pauseNewTrident, removeHandedOver, withdrawNewTrident } from "../trident/new/withdraw-new-trident.ts";
import { legacyLeftStopped, mayStillRun } from "../trident/legacy/unfinished-migration.ts";

/** Whose migration it was. */
export interface UndoRequest {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  readonly legacyDeployment: string;
  readonly legacyEtcdContainer: string;
  readonly record: string;
  /** For each wait. */
  readonly timeoutSeconds: number;
  /** The new etcd; unknown to guards that an older version made. */
  readonly destination?: EtcdAddress;
  /** The keys in it. */
  readonly prefix: KeyPrefix;
  /** As in MigrationRequest. */
  readonly discardedKeys?: number;
}

/** What an undo consists of; `undoUnfinishedMigration` takes the steps in their order. */
export interface UndoEnvironment extends TakeBackEnvironment {
  readonly legacyEtcdContainer: string;
  /** The ConfigMap's name. */
  readonly record: string;
  /** What stands under the Deployment's name. */
  findTrident(): Promise<DeploymentFinding>;
  findRecord(): Promise<MigrationRecord | undefined>;
  /** Keeps a migration from running at the same time. */
  acquireLease(report: (line: string) => void): Promise<MigrationLease>;
  /** Removes pods of a new Trident that were handed over to a Deployment which never came. */
  removeHandedOver(): Promise<void>;
  /** Answers with how many replicas it runs again. */
  restoreLegacy(legacy: LegacyTrident): Promise<number>;
}

/** What a run that has lost the Lease may still do of it is to look. */
export const undoEffects: Effects<UndoEnvironment> = {
  findTrident: "looks",
  findRecord: "looks",
  changeRecord: "changes",
  acquireLease: "looks",
  findNewTrident: "looks",
  stopNewTrident: "changes",
  withdrawNewTrident: "changes",
  removeHandedOver: "changes",
  openDestination: "opens",
  openStoppedSource: "opens",
  removeSourcePod: "changes",
  restoreLegacy: "changes",
};

/**
 * Puts the old Trident back if a migration that did not end has left it stopped, with what a new one has written meanwhile; does
 * nothing to one that ended, or to none. The keys that were copied stay: their etcd is about to go.
 *
 * @param interruption ends it at once, wherever it stands; the same again goes on from there.
 * @throws MigrationRunningError when a migration is under way, LeaseLostError when another run takes over what is to be undone,
 *   NewWritesAtRiskError when what the new Trident wrote would be lost.
 */
export async function undoUnfinishedMigration(
  environment: UndoEnvironment,
  report: (line: string) => void,
  interruption: AbortSignal = new AbortController().signal,
): Promise<void> {
  const nobodyElse: MigrationLease = {
    signal: new AbortController().signal,
    throwIfLost: () => undefined,
    release: () => Promise.resolve(),
  };
  const mayRun = mayStillRun(await environment.findTrident(), await environment.findRecord());
  const undoWith = (lease: MigrationLease): Promise<void> => {
    // What goes on in the background once it is interrupted writes nothing any more.
    const obeyed = interruptible(lease, interruption);
    return unlessAborted(undo(fencedSteps(environment, undoEffects, obeyed), obeyed, report), interruption);
  };
  if (!mayRun) return undoWith(nobodyElse);
  const lease = await environment.acquireLease(report);
  try {
    await undoWith(lease);
  } catch (error) {
    throw lossOf(lease) ?? error;
  } finally {
    await lease.release();
  }
}

async function undo(
  environment: UndoEnvironment,
  lease: Pick<MigrationLease, "signal" | "throwIfLost">,
  report: (line: string) => void,
): Promise<void> {
  const { namespace, record: name, legacyEtcdContainer } = environment;
  const [found, recorded] = [await environment.findTrident(), await environment.findRecord()];
  const legacy = legacyLeftStopped(found, recorded, legacyEtcdContainer);
  lease.throwIfLost();
  // Left by a run that was killed, whatever became of the old Trident.
  await environment.removeSourcePod();
  if (legacy !== undefined || found.kind === "legacy") {
    const record = recorded ?? { namespace, name, uid: "" };
    await takeBackNewTrident({ environment, record, lease, legacy, report });
  } else {
    // The new one has the place: what it wrote is its etcd's affair.
    await environment.withdrawNewTrident();
  }
  await environment.removeHandedOver();
  if (legacy === undefined) return;
  lease.throwIfLost();
  report(`The migration had not ended: putting the old Trident (Deployment ${legacy.name}) back.`);
  const replicas = await environment.restoreLegacy(legacy);
  report(
    replicas > 0
      ? `The old Trident serves again with its embedded etcd.`
      : `The old Trident is at 0 replicas, as it was before the migration.`,
  );
}

/** The steps on a real cluster, which is out of their reach once they are interrupted. */
export function undoOnCluster(
  request: UndoRequest,
  interruption: AbortSignal = new AbortController().signal,
): UndoEnvironment {
  const open = connectToCluster(request.cluster).behind(openUntil(interruption));
  const { cluster, gate, acquire } = gatedCluster(open, interruption);
  const { namespace, timeoutSeconds, legacyEtcdContainer, record, destination } = request;
  return {
    ...{ namespace, legacyEtcdContainer, record, discardedKeys: request.discardedKeys },
    range: request.prefix,
    findTrident: () => findLegacyTrident(cluster, request),
    findRecord: () => findMigrationRecord(cluster, request),
    changeRecord: (change) => changeMigrationRecord(cluster, request, change),
    acquireLease: (report) => acquire(migrationLease(namespace), { report }),
    findNewTrident: () => lookAtNewTrident(cluster, namespace),
    stopNewTrident: () => pauseNewTrident(cluster, { namespace, timeoutSeconds }),
    withdrawNewTrident: () => withdrawNewTrident(cluster, { namespace, timeoutSeconds }),
    removeHandedOver: () => removeHandedOver(cluster, { namespace, timeoutSeconds }),
    openDestination: () => {
      if (destination === undefined) throw new Error("this stack does not know yet where: run `pulumi up` once before");
      return openEtcd(cluster, destination, { timeoutSeconds, interruption });
    },
    openStoppedSource: (legacy, owner) => openSourcePod(cluster, legacy, owner, { timeoutSeconds, interruption }),
    removeSourcePod: () => removeSourcePod(cluster, namespace, timeoutSeconds),
    restoreLegacy: async (legacy) => {
      const replicas = await restoreLegacyTrident(cluster, legacy, request, timeoutSeconds);
      const patience = { timeoutSeconds, interruption: AbortSignal.any([interruption, ...listOf(gate.heldSignal)]) };
      if (replicas > 0) await waitUntilTridentServes(cluster, legacy, patience);
      return replicas;
    },
  };
}

function listOf(signal: AbortSignal | undefined): AbortSignal[] {
  return signal === undefined ? [] : [signal];
}
