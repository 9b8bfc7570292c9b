import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";

/**
 * The cluster ids of the recorded etcd, of the one that Trident was moved from last, and of the one that a move which did not end was to
 * go to or a restore to fill, whatever else the record may hold; none where there is no record, or none in it.
 */
export async function readRecordedClusterIds(
  cluster: ClusterClient,
  { namespace, record }: { readonly namespace: string; readonly record: string },
): Promise<string[]> {
  try {
    const { data = {} } = await cluster.core.readNamespacedConfigMap({ namespace, name: record });
    const ids = [
      data.etcdClusterId,
      data.movedFromEtcd,
      ...movedTo(data["move.firstPass"]),
      ...movedTo(data["move.served"]),
      ...movedTo(data["restore.firstPass"]),
    ];
    return ids.filter((id) => id !== undefined && id !== "") as string[];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** As a copy's mark and a start's note have it. */
function movedTo(text: string | undefined): string[] {
  try {
    const { destinationClusterId: id } = JSON.parse(text ?? "") as { readonly destinationClusterId?: unknown };
    return typeof id === "string" ? [id] : [];
  } catch {
    return [];
  }
}
