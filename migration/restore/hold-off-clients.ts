import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { clientServiceOf } from "../connect/cluster-members.ts";
import type { EtcdClusterAddress } from "../connect/etcd-address.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";

/** No pod has it: a Service that asks for it leads nowhere. */
const heldOff = "trident-etcd/held-off-by";

/**
 * Has the Service of an etcd's clients lead nowhere, or to its members again. Whoever has waited for a lost etcd would write to the new one
 * before it has what is restored. The project's own tools reach members by their pods.
 */
export async function holdOffClients(
  cluster: ClusterClient,
  { namespace, etcdCluster }: EtcdClusterAddress,
  isHeldOff: boolean,
): Promise<void> {
  const selector = { [heldOff]: isHeldOff ? "restore" : null };
  try {
    await cluster.core.patchNamespacedService(
      { namespace, name: clientServiceOf(etcdCluster), body: { spec: { selector } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
  } catch (error) {
    // Without it nobody comes by it.
    if (!isNotFound(error)) throw error;
  }
}
