import type { KeyPrefix } from "../copy/store/key-range.ts";
import type { Effects } from "../lease/fenced-steps.ts";
import type { MigrationLease } from "../lease/held-lease.ts";
import type { DeploymentFinding, LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { MigrationRecord, RecordChange } from "../record/migration-record.ts";
import type { ListLengths } from "../trident/rest/expected-lists.ts";
import type { OpenStore } from "../connect/open-store.ts";

/**
 * What a rollback needs from the cluster, one method a step. `rollback-on-cluster.ts` is the real one; the sequence is tested
 * against one in memory, whose steps fail on demand.
 */
export interface RollbackEnvironment {
  readonly namespace: string;
  /** The name of the Deployment that is put back, and of the stack's own before it. */
  readonly legacyDeployment: string;
  /** The old Trident's container that runs etcd. */
  readonly legacyEtcdContainer: string;
  /** The keys to carry back. */
  readonly range: KeyPrefix;

  /** Undefined when there is none. */
  findRecord(): Promise<MigrationRecord | undefined>;
  changeRecord(change: RecordChange): Promise<void>;
  /** Keeps a migration, and another rollback, from running at the same time. */
  acquireLease(report: (line: string) => void): Promise<MigrationLease>;
  /** What stands under the Deployment's name. */
  findTrident(): Promise<DeploymentFinding>;
  /** The specification of the stack's own Deployment, as JSON; undefined when that does not stand. */
  readNewTrident(): Promise<string | undefined>;
  /** The Deployment of that name, with all fields that it has. */
  readDeployment(): Promise<unknown>;

  checkClaim(legacy: LegacyTrident): Promise<void>;
  /** Makes sure that a snapshot can be kept, if one is wanted. */
  prepareSnapshot(): Promise<void>;
  openNewEtcd(): Promise<OpenStore>;
  /** Runs the embedded etcd alone on its claim. Only while nothing else has the claim's data open. */
  openEmbeddedEtcd(legacy: LegacyTrident, record: MigrationRecord): Promise<OpenStore>;
  /** Waits until the pod under `openEmbeddedEtcd` is gone; does nothing when there is none. */
  removeSourcePod(): Promise<void>;
  /** Answers with the snapshot's path; undefined when none is wanted. */
  takeSnapshot(newEtcd: OpenStore): Promise<string | undefined>;

  /** Returns only when no new Trident runs any more. */
  stopNewTrident(): Promise<void>;
  /** Makes the old Deployment anew, as the record has it. Answers with its uid. */
  createOldTrident(legacy: LegacyTrident, record: MigrationRecord): Promise<string>;
  /** Waits until it answers, and lists no less than what is expected. Raises OldTridentNotServingError. */
  waitUntilOldTridentServes(legacy: LegacyTrident, expected: ListLengths): Promise<void>;
  /** Takes the Deployment of that uid away again, and returns only when nothing of it runs any more. */
  removeOldTrident(legacy: LegacyTrident, uid: string): Promise<void>;
  /** Starts the new Trident as it was, waits until it serves, and leaves its pods to the stack's own Deployment. */
  startNewTridentAgain(record: MigrationRecord): Promise<void>;
  /** Leaves a new Trident that was started again to the stack's own Deployment. Does nothing when there is none. */
  handOverNewTrident(): Promise<void>;
}

/** What a run that has lost the Lease may still do of it is to look. */
export const rollbackEffects: Effects<RollbackEnvironment> = {
  findRecord: "looks",
  changeRecord: "changes",
  acquireLease: "looks",
  findTrident: "looks",
  readNewTrident: "looks",
  readDeployment: "looks",
  checkClaim: "looks",
  prepareSnapshot: "changes",
  openNewEtcd: "opens",
  openEmbeddedEtcd: "opens",
  removeSourcePod: "changes",
  takeSnapshot: "changes",
  stopNewTrident: "changes",
  createOldTrident: "changes",
  waitUntilOldTridentServes: "looks",
  removeOldTrident: "changes",
  startNewTridentAgain: "changes",
  handOverNewTrident: "changes",
};
