import { KubernetesObjectApi, PatchStrategy, type KubernetesObject } from "@kubernetes/client-node";
import type { ClusterClient } from "@trident-etcd/migration/kubernetes/cluster-client.ts";

const fieldManager = "legacy-trident-fixture";

/** Creates each object, or makes the one that exists be as said; in the order given. */
export async function applyObjects(cluster: ClusterClient, objects: readonly KubernetesObject[]): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(cluster.configuration);
  for (const object of objects) {
    await api.patch(object, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply);
  }
}

/** Deletes each object that exists; what they own goes too. Does not wait. */
export async function deleteObjects(cluster: ClusterClient, objects: readonly KubernetesObject[]): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(cluster.configuration);
  for (const object of objects) {
    try {
      await api.delete(object, undefined, undefined, undefined, undefined, "Background");
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === 404;
}
