import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isForbidden, isNotFound } from "../kubernetes/errors.ts";
import { etcdClustersPath } from "../kubernetes/etcd-cluster-api.ts";
import type { EtcdClusterAddress } from "./etcd-address.ts";

/**
 * The Secret with which the etcd-operator, and with it every client, identifies itself to an EtcdCluster, as that says it; undefined where
 * there is none, or where it may not be read.
 */
export async function clientSecretOfCluster(
  cluster: Pick<ClusterClient, "requestJson">,
  { namespace, etcdCluster }: Pick<EtcdClusterAddress, "namespace" | "etcdCluster">,
): Promise<string | undefined> {
  const path = `${etcdClustersPath(namespace)}/${etcdCluster}`;
  try {
    const { spec } = (await cluster.requestJson({ method: "GET", path })) as ServedEtcdCluster;
    return spec?.TLS?.static?.operatorSecret;
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return undefined;
    throw error;
  }
}

interface ServedEtcdCluster {
  readonly spec?: { readonly TLS?: { readonly static?: { readonly operatorSecret?: string } } };
}
