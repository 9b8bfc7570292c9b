import type { EtcdAddress } from "../connect/etcd-address.ts";
import type { ClusterRequest } from "../trident/port/cluster-adapter.ts";

/** What to migrate, from where to where. Names only: certificates are read from the Secret where they are used. */
export interface MigrationRequest extends ClusterRequest {
  /** The etcd to move to. */
  readonly destination: EtcdAddress;
}
