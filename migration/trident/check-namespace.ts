import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isForbidden, isNotFound } from "../kubernetes/errors.ts";
import { NamespaceMissingError } from "../blockers/legacy-blockers.ts";

/** Raises NamespaceMissingError; and, being the first call to the cluster, ClusterUnreachableError. */
export async function checkNamespace(cluster: ClusterClient, namespace: string): Promise<void> {
  try {
    await cluster.core.readNamespace({ name: namespace });
  } catch (error) {
    if (isNotFound(error)) throw new NamespaceMissingError(namespace, cluster.description);
    // A user who may only look into the namespace can't look at it; what comes next will tell.
    if (!isForbidden(error)) throw error;
  }
}
