import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";

/**
 * The cluster ids of the recorded etcd and of the one that Trident was moved from last, whatever else the record may hold; none where
 * there is no record, or none in it.
 */
export async function readRecordedClusterIds(
  cluster: ClusterClient,
  { namespace, record }: { readonly namespace: string; readonly record: string },
): Promise<string[]> {
  try {
    const { data } = await cluster.core.readNamespacedConfigMap({ namespace, name: record });
    return [data?.etcdClusterId, data?.movedFromEtcd].filter((id) => id !== undefined && id !== "") as string[];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
