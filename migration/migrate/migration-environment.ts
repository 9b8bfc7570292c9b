import type { KeyValueStore } from "../copy/store/key-value-store.ts";
import type { Effects } from "../lease/fenced-steps.ts";
import type { MigrationLease } from "../lease/held-lease.ts";
import type { DeploymentFinding, LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import type { StoppedTrident } from "../trident/legacy/stop-legacy-trident.ts";
import type { TakeBackEnvironment } from "../undo/take-back-new-trident.ts";
import type { NamesAnswer } from "../trident/rest/ask-for-lists.ts";
import type { OpenStore } from "../connect/open-store.ts";

/**
 * What the migration's sequence needs from the cluster, one method a step. `cluster-environment.ts` is the real one; the
 * sequence is tested against one in memory, whose steps fail on demand.
 */
export interface MigrationEnvironment extends TakeBackEnvironment {
  /** The Deployment that is migrated. */
  readonly legacyDeployment: string;
  /** Where the state is if there is no such Deployment any more; undefined where that is not looked for. */
  readonly legacyClaim?: string | undefined;
  /** The ConfigMap's name. */
  readonly record: string;

  /** Keeps a second migration from running at the same time. */
  acquireLease(report: (line: string) => void): Promise<MigrationLease>;
  readRecord(): Promise<MigrationRecord>;
  findTrident(): Promise<DeploymentFinding>;

  /** Changes nothing that lasts: a pod for a moment. */
  checkLegacyImage(legacy: LegacyTrident, record: MigrationRecord): Promise<void>;
  checkClaim(legacy: LegacyTrident): Promise<void>;
  /** Makes sure that a snapshot can be kept, if one is wanted, and removes what killed runs had begun to save. */
  prepareSnapshot(): Promise<void>;
  /** Undefined when the legacy etcd does not run. */
  openLiveSource(legacy: LegacyTrident): Promise<OpenStore | undefined>;
  /** What the old Trident lists, or why it does not serve. */
  askOldTrident(legacy: LegacyTrident): Promise<NamesAnswer>;

  /** Does nothing for one that a migration has stopped already, but waits until it is. */
  stopLegacy(legacy: LegacyTrident, record: MigrationRecord): Promise<StoppedTrident>;
  /** Answers with the snapshot's path; undefined when none is wanted. */
  takeSnapshot(source: OpenStore): Promise<string | undefined>;
  checkStillStopped(stopped: StoppedTrident): Promise<void>;
  /**
   * Starts the new Trident beside the stopped one and waits until it serves the copy. Answers with when it first listed all of
   * it; undefined when none was to be started.
   */
  startNewTrident(copied: {
    readonly destination: KeyValueStore;
    readonly revision: bigint;
  }): Promise<Date | undefined>;
  /** Has one that was stopped serve again; answers whether there is one. */
  resumeNewTrident(): Promise<boolean>;
  /** Only if it is still as the migration stopped it. */
  deleteLegacy(stopped: StoppedTrident): Promise<void>;
  /** Leaves its running pods to the Deployment that comes next. Does nothing when that was done. */
  handOverNewTrident(): Promise<void>;

  /** Only once nothing of the new Trident runs. Answers with how many replicas it runs again. */
  restoreLegacy(legacy: LegacyTrident): Promise<number>;
}

/** What a run that has lost the Lease may still do of it is to look. */
export const migrationEffects: Effects<MigrationEnvironment> = {
  acquireLease: "looks",
  readRecord: "looks",
  changeRecord: "changes",
  findTrident: "looks",
  checkLegacyImage: "changes",
  checkClaim: "looks",
  prepareSnapshot: "changes",
  openDestination: "opens",
  openLiveSource: "looks",
  askOldTrident: "looks",
  stopLegacy: "changes",
  openStoppedSource: "opens",
  takeSnapshot: "changes",
  removeSourcePod: "changes",
  checkStillStopped: "looks",
  startNewTrident: "changes",
  findNewTrident: "looks",
  stopNewTrident: "changes",
  resumeNewTrident: "changes",
  withdrawNewTrident: "changes",
  deleteLegacy: "changes",
  handOverNewTrident: "changes",
  restoreLegacy: "changes",
};
