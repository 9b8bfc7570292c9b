import type { ClusterClient } from "./cluster-client.ts";
import { isConflict, isForbidden, isNotFound } from "./errors.ts";
import { etcdLabels } from "./ownership.ts";

export interface ClaimToMake {
  readonly namespace: string;
  readonly name: string;
  /** Such as `10Gi`. */
  readonly size: string;
  /** "" for the cluster's default one. */
  readonly storageClass: string;
  /** What it is of, as `app.kubernetes.io/component` says it. */
  readonly component: string;
}

/** A claim is going away, and what is written to it would go with it. */
export class ClaimLeavingError extends Error {
  override readonly name = "ClaimLeavingError";

  constructor({ namespace, name }: ClaimToMake) {
    super(
      `PersistentVolumeClaim ${name} in namespace ${namespace} is being deleted: wait until it is gone, with \`kubectl --namespace ` +
        `${namespace} get persistentvolumeclaim ${name}\`, and run this again.`,
    );
  }
}

/**
 * Makes a claim that is not there. One that is there, or may not be looked at, is left as it is, with all that is on it, whoever has made
 * it. Raises ClaimLeavingError, and ClusterRequestError for what the API server refuses.
 */
export async function makeClaim(cluster: Pick<ClusterClient, "requestJson">, claim: ClaimToMake): Promise<void> {
  const { namespace, name, size, storageClass, component } = claim;
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  try {
    const found = (await cluster.requestJson({ method: "GET", path: `${path}/${name}` })) as Found;
    if (found.metadata?.deletionTimestamp !== undefined) throw new ClaimLeavingError(claim);
    return;
  } catch (error) {
    if (isForbidden(error)) return;
    if (!isNotFound(error)) throw error;
  }
  const labels = etcdLabels(component);
  const body = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, labels },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: size } },
      ...(storageClass === "" ? {} : { storageClassName: storageClass }),
    },
  };
  try {
    await cluster.requestJson({ method: "POST", path, body });
  } catch (error) {
    // Somebody else was faster.
    if (!isConflict(error)) throw error;
  }
}

interface Found {
  readonly metadata?: { readonly deletionTimestamp?: string };
}
