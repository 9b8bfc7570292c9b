import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import type { Patience } from "../kubernetes/wait-until.ts";
import type { OpenStore } from "./open-store.ts";
import { isEtcdCluster } from "./describe-address.ts";
import type { EtcdAddress } from "./etcd-address.ts";
import { openEtcdCluster } from "./open-etcd-cluster.ts";
import { openExistingEtcd } from "./open-existing-etcd.ts";

/**
 * An etcd, wherever it is. Asks it for its status, so that what is wrong with the connection shows at once. Raises
 * ClientSecretError, NoReadyMemberError, or the store's error.
 */
export function openEtcd(cluster: ClusterClient, address: EtcdAddress, waiting: Patience): Promise<OpenStore> {
  return isEtcdCluster(address) ? openEtcdCluster(cluster, address) : openExistingEtcd(cluster, address, waiting);
}
