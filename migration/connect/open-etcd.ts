import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import type { EtcdAddress } from "./etcd-address.ts";
import type { EtcdIdentity } from "./etcd-identity.ts";
import { connectToMember, type OwnEtcd } from "./open-etcd-cluster.ts";
import { connectExistingEtcd, type ExistingEtcd, type Waiting } from "./open-existing-etcd.ts";

/** An etcd at an address, tagged as that is. */
export type OpenEtcd = OwnEtcd | ExistingEtcd;

/**
 * An etcd, wherever it is. Asks it for its status, so that what is wrong with the connection shows at once.
 *
 * @param check comes before anything else is asked, and may refuse it.
 * @throws ClientSecretError, CredentialsSecretError, NoReadyMemberError, what connectExistingEtcd and the check raise, or the store's
 *   error.
 */
export async function openEtcd(
  cluster: ClusterClient,
  address: EtcdAddress,
  waiting: Waiting,
  check?: (etcd: OpenEtcd) => Promise<void>,
): Promise<OpenEtcd> {
  const etcd = await connectToEtcd(cluster, address, waiting);
  try {
    await check?.(etcd);
    await etcd.status();
    return etcd;
  } catch (error) {
    await etcd.close();
    throw error;
  }
}

/**
 * The same unasked: nothing is said yet of TLS and access.
 *
 * @param identity in place of what its Secrets hold, which may not be there yet.
 */
export function connectToEtcd(
  cluster: ClusterClient,
  address: EtcdAddress,
  waiting: Waiting,
  identity?: EtcdIdentity,
): Promise<OpenEtcd> {
  switch (address.kind) {
    case "managed":
      return connectToMember(cluster, address);
    case "existing":
      return connectExistingEtcd(cluster, address, waiting, identity);
  }
}
