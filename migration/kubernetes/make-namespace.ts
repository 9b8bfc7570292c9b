import type { ClusterClient } from "./cluster-client.ts";
import { isConflict, isForbidden, isNotFound } from "./errors.ts";
import { managedByLabel, managedByValue } from "./ownership.ts";

/**
 * Makes a namespace that is not there. One that is there, or may not be looked at, is left as it is, whoever has made it. Raises
 * ClusterRequestError for what the API server refuses.
 */
export async function makeNamespace(cluster: Pick<ClusterClient, "requestJson">, name: string): Promise<void> {
  const path = "/api/v1/namespaces";
  try {
    await cluster.requestJson({ method: "GET", path: `${path}/${name}` });
    return;
  } catch (error) {
    if (isForbidden(error)) return;
    if (!isNotFound(error)) throw error;
  }
  const body = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { [managedByLabel]: managedByValue } },
  };
  try {
    await cluster.requestJson({ method: "POST", path, body });
  } catch (error) {
    // Somebody else was faster.
    if (!isConflict(error)) throw error;
  }
}
