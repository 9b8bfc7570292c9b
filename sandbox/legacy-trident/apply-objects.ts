import { KubernetesObjectApi, PatchStrategy, type KubernetesObject } from "@kubernetes/client-node";
import type { ClusterClient } from "@trident-etcd/migration/kubernetes/cluster-client.ts";

const fieldManager = "legacy-trident-fixture";

const notFound = 404;
const conflict = 409;
const unsupportedMediaType = 415;

/** Creates each object, or makes the one that exists be as said; in the order given. */
export async function applyObjects(cluster: ClusterClient, objects: readonly KubernetesObject[]): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(cluster.configuration);
  for (const object of objects) {
    try {
      await api.patch(object, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply);
    } catch (error) {
      if (!hasStatus(error, unsupportedMediaType)) throw error;
      await createOrMerge(api, object);
    }
  }
}

/** On a cluster without server-side apply, as Kubernetes below 1.16 is. */
async function createOrMerge(api: KubernetesObjectApi, object: KubernetesObject): Promise<void> {
  try {
    await api.create(object);
  } catch (error) {
    if (!hasStatus(error, conflict)) throw error;
    await api.patch(object, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
  }
}

/** Deletes each object that exists; what they own goes too. Does not wait. */
export async function deleteObjects(cluster: ClusterClient, objects: readonly KubernetesObject[]): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(cluster.configuration);
  for (const object of objects) {
    try {
      await api.delete(object, undefined, undefined, undefined, undefined, "Background");
    } catch (error) {
      if (!hasStatus(error, notFound)) throw error;
    }
  }
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof Error && "code" in error && error.code === status;
}
