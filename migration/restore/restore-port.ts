import type { OpenStore } from "../connect/open-store.ts";
import type { Effects } from "../lease/fenced-steps.ts";
import type { MigrationLease } from "../lease/held-lease.ts";
import type { AskedMember } from "../members/asked-member.ts";
import type { MigrationRecord, RecordChange } from "../record/migration-record.ts";
import type { SnapshotStore } from "../snapshot/file/snapshot-store.ts";

/** What a restore needs of the cluster and of this machine, one method a step; `restore-on-cluster.ts` is the real one. */
export interface RestorePort {
  /** Keeps a migration, a rollback and another restore from running at the same time. Raises MigrationRunningError. */
  acquireLease(report: (line: string) => void): Promise<MigrationLease>;
  /** What the stack says, and what restores say. Raises MigrationRecordMissingError. */
  readRecords(): Promise<{ readonly stack: MigrationRecord; readonly restore: MigrationRecord }>;
  /** Of the restore's part; what holds for the stack is the stack's. */
  changeRecord(change: RecordChange): Promise<void>;
  /** Checks the whole file. Raises SnapshotFileError. */
  openSnapshot(path: string): Promise<SnapshotStore>;
  /**
   * Makes a file of what is asked for, and answers its absolute path; `before` is that of an earlier run's.
   *
   * @param clusterId of the etcd whose members may be asked.
   */
  fetchSource(clusterId: string | undefined, before: string | undefined): Promise<string>;
  /** What stands in the place of the etcd. */
  lookAtEtcd(): Promise<EtcdFinding>;
  /** Keeps what the surviving members of a lost etcd have, if any answers and snapshots are kept. Answers its path. */
  keepWhatSurvived(clusterId: string): Promise<string | undefined>;
  /** Whether the Service of the etcd's clients is to lead nowhere. */
  holdOffClients(isHeldOff: boolean): Promise<void>;
  /** Deletes that one, and waits until it and its pods are gone. */
  deleteEtcdCluster(manifest: EtcdClusterManifest): Promise<void>;
  /** Makes it as it was, unless there is one. */
  createEtcdCluster(manifest: EtcdClusterManifest): Promise<void>;
  /** With all of its members. Answers its cluster id. Raises MembersNotServingError. */
  waitForEtcd(): Promise<string>;
  openDestination(): Promise<OpenStore>;
  /** Trident's Deployment; undefined where there is none. Raises ForeignDeploymentError for one that is not the stack's. */
  findTrident(): Promise<{ readonly replicas: number } | undefined>;
  /** Scales it to 0 and waits until nothing of it runs. */
  stopTrident(): Promise<void>;
  scaleTrident(replicas: number): Promise<void>;
}

/** An EtcdCluster, as it is made again. */
export interface EtcdClusterManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    /** Of the one that is deleted. */
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: unknown;
  /** Who has applied it, where its objects are applied. */
  readonly fieldManager?: string;
}

export type EtcdFinding =
  | { readonly kind: "absent" }
  /** It is being deleted. */
  | { readonly kind: "leaving" }
  /** Its members serve, or are on their way. */
  | { readonly kind: "stands" }
  /** Most of its members are gone for good. */
  | {
      readonly kind: "lost";
      readonly seen: string;
      readonly members: readonly AskedMember[];
      readonly manifest: EtcdClusterManifest;
    };

/** Once the Lease is lost none is taken but those that look. */
export const restoreEffects: Effects<RestorePort> = {
  acquireLease: "looks",
  readRecords: "looks",
  changeRecord: "changes",
  openSnapshot: "looks",
  fetchSource: "changes",
  lookAtEtcd: "looks",
  keepWhatSurvived: "changes",
  holdOffClients: "changes",
  deleteEtcdCluster: "changes",
  createEtcdCluster: "changes",
  waitForEtcd: "looks",
  openDestination: "opens",
  findTrident: "looks",
  stopTrident: "changes",
  scaleTrident: "changes",
};
