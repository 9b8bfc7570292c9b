import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isNotFound } from "../../kubernetes/errors.ts";
import type { LegacyTrident } from "./legacy-trident.ts";
import { checkClaimUntouched } from "./untouched-claim.ts";
import { BlockedError } from "../../blockers/blocker.ts";
import { persistentVolumeClaim } from "../../blockers/legacy-blockers.ts";

/**
 * Raises BlockedError (persistentVolumeClaim) unless the legacy etcd's claim exists and is bound and, where Trident was uninstalled, no pod mounts
 * it.
 */
export async function checkClaim(cluster: ClusterClient, legacy: LegacyTrident): Promise<void> {
  const problem = problemOfClaim(await readClaim(cluster, legacy));
  if (problem !== undefined) throw new BlockedError(persistentVolumeClaim(legacy, problem));
  if (legacy.isUninstalled === true) await checkClaimUntouched(cluster, legacy);
}

export function problemOfClaim(claim: V1PersistentVolumeClaim | undefined): string | undefined {
  if (claim === undefined) return "does not exist";
  // It goes as soon as its last pod does, and the migration is about to stop that pod.
  if (claim.metadata?.deletionTimestamp !== undefined) return "is being deleted";
  const phase = claim.status?.phase ?? "unknown";
  return phase === "Bound" ? undefined : `is not bound to a volume (phase ${phase})`;
}

async function readClaim(cluster: ClusterClient, legacy: LegacyTrident): Promise<V1PersistentVolumeClaim | undefined> {
  try {
    return await cluster.core.readNamespacedPersistentVolumeClaim({ namespace: legacy.namespace, name: legacy.claim });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
