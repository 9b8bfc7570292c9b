import { BlockedError } from "../blockers/blocker.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import type { EtcdAddress } from "./etcd-address.ts";
import type { EtcdIdentity } from "./etcd-identity.ts";
import { connectToMember } from "./open-etcd-cluster.ts";
import { connectExistingEtcd, type Waiting } from "./open-existing-etcd.ts";
import type { EtcdChecks, OpenEtcd } from "./open-store.ts";

/**
 * An etcd, wherever it is. Asks it for its status, so that what is wrong with the connection shows at once.
 *
 * @param checks when given, what keeps it from being used is refused, as the plan does: time has passed since, and a migration may
 *   be run without one.
 * @throws ClientSecretError, CredentialsSecretError, NoReadyMemberError, what connectExistingEtcd raises, BlockedError with the
 *   first of what the checks find, or the store's error.
 */
export async function openEtcd(
  cluster: ClusterClient,
  address: EtcdAddress,
  waiting: Waiting,
  checks?: EtcdChecks,
): Promise<OpenEtcd> {
  const etcd = await connectToEtcd(cluster, address, waiting);
  try {
    const [first] = checks === undefined ? [] : await etcd.check(checks);
    if (first !== undefined) throw new BlockedError(first);
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
