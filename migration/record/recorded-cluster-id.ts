import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";

/** The cluster id of the recorded etcd alone, whatever else the record may hold; undefined where there is no record, or none in it. */
export async function readRecordedClusterId(
  cluster: ClusterClient,
  { namespace, record }: { readonly namespace: string; readonly record: string },
): Promise<string | undefined> {
  try {
    const { data } = await cluster.core.readNamespacedConfigMap({ namespace, name: record });
    const id = data?.etcdClusterId ?? "";
    return id === "" ? undefined : id;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
