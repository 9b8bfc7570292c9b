import type { ClusterAccess } from "../kubernetes/cluster-client.ts";

/** What the settings ask for, as far as the plan depends on it. Names only. */
export interface PlanRequest {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  readonly migrate: boolean;
  /** Whether a migration that has ended is to be taken back. */
  readonly rollback: boolean;
  /** The Deployment of the old Trident, whose name the new one takes over. */
  readonly legacyDeployment: string;
  readonly legacyEtcdContainer: string;
  /** The name of the ConfigMap with the migration's record. */
  readonly record: string;
  readonly prefix: string;
  /** The EtcdCluster's name. */
  readonly etcdCluster: string;
  /** The Secret with the client's certificate. */
  readonly clientSecret: string;
  /** The new Trident's. */
  readonly tridentImage: string;
  readonly etcdClusterSize: number;
  readonly certificateValidityHours: number;
  readonly certificateEarlyRenewalHours: number;
  /** Where the old etcd's snapshot is kept; empty for none. */
  readonly snapshotDirectory: string;
}
