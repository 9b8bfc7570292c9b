import type { EtcdAddress } from "../../connect/etcd-address.ts";
import type { KeyPrefix } from "../../copy/store/key-range.ts";
import type { KeyValueStore } from "../../copy/store/key-value-store.ts";
import type { OpenStore } from "../../connect/open-store.ts";
import type { Effects } from "../../lease/fenced-steps.ts";
import type { MigrationLease } from "../../lease/held-lease.ts";
import type { MigrationRecord, RecordChange } from "../../record/migration-record.ts";
import type { DeploymentFinding, LegacyTrident } from "../legacy/legacy-trident.ts";
import type { StoppedTrident } from "../legacy/stop-legacy-trident.ts";
import type { NewTridentState } from "../new/new-trident.ts";
import type { NamesAnswer } from "../rest/ask-for-lists.ts";
import type { ListLengths } from "../rest/expected-lists.ts";

/**
 * What a migration, its undo and a rollback need of the cluster, one method a step. `cluster-adapter.ts` is the real one; the
 * sequences are tested on one in memory, whose steps fail on demand.
 */
export interface ClusterPort
  extends ClusterPlace,
    RecordSteps,
    LegacySteps,
    NewTridentSteps,
    EtcdSteps,
    SnapshotSteps {}

/** Whose Trident it is. */
export interface ClusterPlace {
  readonly namespace: string;
  /** The Deployment that is migrated, whose name the stack's own takes over. */
  readonly legacyDeployment: string;
  /** The name of its container that runs etcd. */
  readonly legacyEtcdContainer: string;
  /** Where the state is if there is no such Deployment any more; undefined where that is not looked for. */
  readonly legacyClaim?: string | undefined;
  /** Set where a Trident of this program's own is moved from that etcd; undefined where one with an embedded etcd is migrated. */
  readonly movesFrom?: EtcdAddress | undefined;
  /** The name of the ConfigMap that is the record. */
  readonly recordName: string;
  /** Trident's keys. */
  readonly range: KeyPrefix;
  /** What of the legacy Trident's pod the new one has, as the record keeps it; undefined for nothing. */
  readonly carriedPod?: string | undefined;
  /** How many keys the user gives up, as was asked for; undefined where the record may say it. */
  readonly discardedKeys?: number | undefined;
}

export interface RecordSteps {
  /** Keeps another migration, undo or rollback from running at the same time. Raises MigrationRunningError. */
  acquireLease(report: (line: string) => void): Promise<MigrationLease>;
  /** Undefined when there is none. */
  findRecord(): Promise<MigrationRecord | undefined>;
  /** Raises NamespaceMissingError, MigrationRecordMissingError. */
  readRecord(): Promise<MigrationRecord>;
  changeRecord(change: RecordChange): Promise<void>;
}

export interface LegacySteps {
  /** What stands under the Deployment's name. */
  findTrident(): Promise<DeploymentFinding>;
  /** The Deployment of that name, with all fields that it has. */
  readDeployment(): Promise<unknown>;
  checkClaim(legacy: LegacyTrident): Promise<void>;
  /** Changes nothing that lasts: a pod for a moment. */
  checkLegacyImage(legacy: LegacyTrident, record: MigrationRecord): Promise<void>;
  /** That it can be put back, as far as its images go. Changes nothing that lasts: a pod for a moment. */
  pullLegacyImages(legacy: LegacyTrident, record: MigrationRecord): Promise<void>;
  /** What the legacy Trident lists, or why it does not serve. */
  askLegacy(legacy: LegacyTrident): Promise<NamesAnswer>;
  /** Does nothing for one that a migration has stopped already, but waits until it is. */
  stopLegacy(legacy: LegacyTrident, record: MigrationRecord): Promise<StoppedTrident>;
  checkStillStopped(stopped: StoppedTrident): Promise<void>;
  /** Only if it is still as the migration stopped it. */
  deleteLegacy(stopped: StoppedTrident): Promise<void>;
  /** Has a stopped one serve again, as an undo does; nothing of a new Trident may run. Answers with its replicas. */
  restoreLegacy(legacy: LegacyTrident): Promise<number>;
  /** Makes a deleted one's Deployment anew from the record, as a rollback does. Answers with its uid. */
  recreateLegacy(legacy: LegacyTrident, record: MigrationRecord): Promise<string>;
  /** Until it answers, and lists no less than what is expected. Raises LegacyNotServingError. */
  waitUntilLegacyServes(legacy: LegacyTrident, expected: ListLengths): Promise<void>;
  /** Deletes the Deployment of that uid, and returns only when nothing of it runs any more. */
  removeRecreatedLegacy(legacy: LegacyTrident, uid: string): Promise<void>;
  /** Says on its claim, to people and to later plans, that the state there is no longer the newest. `since` is ISO 8601. */
  markClaimStale(claim: string, since: string): Promise<void>;
  /** Takes that back; does nothing where it is not said. */
  unmarkClaim(claim: string): Promise<void>;
}

export interface NewTridentSteps {
  /** That it can be started, as far as its image goes. Changes nothing that lasts: a pod for a moment. */
  pullNewImage(record: MigrationRecord): Promise<void>;
  /**
   * Starts the new Trident beside the stopped one and waits until it serves the copy. Answers with when it first listed all of
   * it; undefined when none was to be started.
   */
  startNewTrident(copied: {
    readonly destination: KeyValueStore;
    readonly revision: bigint;
  }): Promise<Date | undefined>;
  /** Starts it as it was before a rollback, waits until it serves, and leaves its pods to the stack's own Deployment. */
  startNewTridentAgain(record: MigrationRecord): Promise<void>;
  /** The one that the stack's own Deployment has not taken over; undefined when none stands. */
  findNewTrident(): Promise<NewTridentState | undefined>;
  /** The specification of the stack's own Deployment, as JSON; undefined when that does not stand. */
  readNewTrident(): Promise<string | undefined>;
  /** Returns only when nothing runs of what findNewTrident finds; its Deployment stays. Does nothing when there is none. */
  pauseNewTrident(): Promise<void>;
  /** Has one that was paused serve again; answers whether there is one. */
  resumeNewTrident(): Promise<boolean>;
  /** Pauses it and deletes its Deployment; what it wrote stays. */
  withdrawNewTrident(): Promise<void>;
  /** Leaves its running pods to the Deployment that comes next. Does nothing when that was done. */
  handOverNewTrident(): Promise<void>;
  /** Removes pods that were handed over to a Deployment which never came. */
  removeHandedOver(): Promise<void>;
  /** Returns only when no new Trident runs any more, whoever its pods belong to. */
  stopNewTrident(): Promise<void>;
}

export interface EtcdSteps {
  openDestination(): Promise<OpenStore>;
  /** Undefined when the legacy etcd does not run. Only ever read. */
  openLiveSource(legacy: LegacyTrident): Promise<OpenStore | undefined>;
  /** Runs the legacy etcd alone on its claim. Only while nothing else has the claim's data open. */
  openStoppedSource(legacy: LegacyTrident, record: MigrationRecord): Promise<OpenStore>;
  /** Waits until the pod under `openStoppedSource` is gone; does nothing when there is none. */
  removeSourcePod(): Promise<void>;
}

export interface SnapshotSteps {
  /** Makes sure that a snapshot can be kept, if one is wanted, and removes what killed runs had begun to save. */
  prepareSnapshot(): Promise<void>;
  /** Of the legacy etcd. Answers with the file's path; undefined when none is wanted. */
  saveSourceSnapshot(source: OpenStore): Promise<string | undefined>;
  /** Of the new etcd, if all of it is the stack's own. Answers as saveSourceSnapshot. */
  saveDestinationSnapshot(destination: OpenStore): Promise<string | undefined>;
}

/** What a run that has lost the Lease may still do of it is to look. */
export const clusterEffects: Effects<ClusterPort> = {
  acquireLease: "looks",
  findRecord: "looks",
  readRecord: "looks",
  changeRecord: "changes",
  findTrident: "looks",
  readDeployment: "looks",
  checkClaim: "looks",
  checkLegacyImage: "changes",
  pullLegacyImages: "changes",
  askLegacy: "looks",
  stopLegacy: "changes",
  checkStillStopped: "looks",
  deleteLegacy: "changes",
  restoreLegacy: "changes",
  recreateLegacy: "changes",
  waitUntilLegacyServes: "looks",
  removeRecreatedLegacy: "changes",
  pullNewImage: "changes",
  markClaimStale: "changes",
  unmarkClaim: "changes",
  startNewTrident: "changes",
  startNewTridentAgain: "changes",
  findNewTrident: "looks",
  readNewTrident: "looks",
  pauseNewTrident: "changes",
  resumeNewTrident: "changes",
  withdrawNewTrident: "changes",
  handOverNewTrident: "changes",
  removeHandedOver: "changes",
  stopNewTrident: "changes",
  openDestination: "opens",
  openLiveSource: "looks",
  openStoppedSource: "opens",
  removeSourcePod: "changes",
  prepareSnapshot: "changes",
  saveSourceSnapshot: "changes",
  saveDestinationSnapshot: "changes",
};
