import type { ClusterAccess } from "./kubernetes/cluster-client.ts";

/** What to migrate, from where to where. Names only: certificates are read from the Secret where they are used. */
export interface MigrationRequest {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  /** The name of the Deployment that runs Trident with its embedded etcd; the new Trident takes the name over. */
  readonly legacyDeployment: string;
  /** The name of its etcd container. */
  readonly legacyEtcdContainer: string;
  /** The name of the EtcdCluster to move to. */
  readonly etcdCluster: string;
  /** The Secret with the client certificate for it. */
  readonly clientSecret: string;
  /** The ConfigMap, made beforehand, that the migration records its steps in. */
  readonly record: string;
  /** The keys to move, such as `/trident/`. */
  readonly prefix: string;
  /** For each single wait. */
  readonly timeoutSeconds: number;
}
