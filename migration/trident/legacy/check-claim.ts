import type { V1PersistentVolumeClaim, V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isOurs } from "../../kubernetes/ownership.ts";
import { isActive, podName } from "../../kubernetes/pods.ts";
import { readDeployment, type LegacyTrident } from "./legacy-trident.ts";
import { LegacyTridentChangedError } from "./stop-legacy-trident.ts";
import { findClaim, staleSince, unmarkCommands } from "./stale-claim.ts";
import { BlockedError, type Blocker } from "../../blockers/blocker.ts";
import { persistentVolumeClaim, staleClaim } from "../../blockers/legacy-blockers.ts";

/**
 * Raises BlockedError: persistentVolumeClaim unless the legacy etcd's claim exists and is bound and, where Trident was uninstalled, no pod
 * mounts it; staleClaim where Trident was uninstalled and an earlier migration has moved its state on.
 */
export async function checkClaim(cluster: ClusterClient, legacy: LegacyTrident): Promise<void> {
  const claim = await findClaim(cluster, legacy);
  const problem = problemOfClaim(claim);
  if (problem !== undefined) throw new BlockedError(persistentVolumeClaim(legacy, problem));
  const stale = staleBlocker(legacy, claim);
  if (stale !== undefined) throw new BlockedError(stale);
  if (legacy.isUninstalled === true) await checkClaimUntouched(cluster, legacy);
}

/** A Trident that stands has made its claim its own again, whatever the mark says. */
export function staleBlocker(legacy: LegacyTrident, claim: V1PersistentVolumeClaim | undefined): Blocker | undefined {
  const since = staleSince(claim);
  if (since === undefined || legacy.isUninstalled !== true) return undefined;
  return staleClaim(legacy, since, unmarkCommands(legacy));
}

export function problemOfClaim(claim: V1PersistentVolumeClaim | undefined): string | undefined {
  if (claim === undefined) return "does not exist";
  // It goes as soon as its last pod does, and the migration is about to stop that pod.
  if (claim.metadata?.deletionTimestamp !== undefined) return "is being deleted";
  const phase = claim.status?.phase ?? "unknown";
  return phase === "Bound" ? undefined : `is not bound to a volume (phase ${phase})`;
}

/**
 * Makes sure that nobody has come to use the claim of an uninstalled Trident. Raises LegacyTridentChangedError for a Deployment under
 * its name, and BlockedError (persistentVolumeClaim) for a pod that mounts the claim.
 */
export async function checkClaimUntouched(cluster: ClusterClient, legacy: LegacyTrident): Promise<void> {
  const { namespace, name } = legacy;
  const deployment = await readDeployment(cluster, namespace, name);
  if (deployment !== undefined) throw new LegacyTridentChangedError(legacy, "it was made anew");
  const { items } = await cluster.core.listNamespacedPod({ namespace });
  const [user] = podsOn(items, legacy.claim);
  if (user !== undefined) throw new BlockedError(persistentVolumeClaim(legacy, `is mounted by pod ${user}`));
}

/** The names of pods, other than this program's, that have the claim open or are about to. */
export function podsOn(pods: readonly V1Pod[], claim: string): string[] {
  const users = pods.filter((pod) => mounts(pod, claim) && isActive(pod) && !isOurs(pod));
  return users.map(podName);
}

function mounts(pod: V1Pod, claim: string): boolean {
  return pod.spec?.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === claim) ?? false;
}
