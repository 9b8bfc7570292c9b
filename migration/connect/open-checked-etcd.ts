import type { KeyPrefix } from "../copy/store/key-range.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import type { OpenStore } from "./open-store.ts";
import { refuseUnusableEtcd } from "./check-existing-etcd.ts";
import { isEtcdCluster } from "./describe-address.ts";
import type { EtcdAddress } from "./etcd-address.ts";
import { openEtcdCluster } from "./open-etcd-cluster.ts";
import { connectExistingEtcd, readIdentity, type Waiting } from "./open-existing-etcd.ts";

/**
 * As openEtcd, and refuses an existing etcd that is not to be written to, as the plan does: time has passed since, and a
 * migration may be run without one. Raises a BlockedError then.
 */
export async function openCheckedEtcd(
  cluster: ClusterClient,
  address: EtcdAddress,
  prefix: KeyPrefix,
  waiting: Waiting,
): Promise<OpenStore> {
  if (isEtcdCluster(address)) return openEtcdCluster(cluster, address);
  const identity = await readIdentity(cluster, address);
  const etcd = await connectExistingEtcd(cluster, address, identity, waiting);
  try {
    // What stands below the prefix is compared with the source's state.
    await refuseUnusableEtcd(etcd, { prefix, identity, mustBeEmpty: false });
    return etcd;
  } catch (error) {
    await etcd.close();
    throw error;
  }
}
