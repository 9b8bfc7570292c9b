import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isForbidden, isNotFound } from "../kubernetes/errors.ts";
import { BlockedError } from "../blockers/blocker.ts";
import { namespaceMissing } from "../blockers/legacy-blockers.ts";

/** Raises BlockedError (namespaceMissing); and, being the first call to the cluster, ClusterUnreachableError. */
export async function checkNamespace(cluster: ClusterClient, namespace: string): Promise<void> {
  try {
    await cluster.core.readNamespace({ name: namespace });
  } catch (error) {
    if (isNotFound(error)) throw new BlockedError(namespaceMissing(namespace, cluster.description));
    // A user who may only look into the namespace can't look at it; what comes next will tell.
    if (!isForbidden(error)) throw error;
  }
}
