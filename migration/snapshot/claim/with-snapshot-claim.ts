import { randomBytes } from "node:crypto";
import type { V1Pod } from "@kubernetes/client-node";
import { apisOf } from "../../kubernetes/cluster-apis.ts";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { detectPlatform } from "../../kubernetes/detect-platform.ts";
import { isForbidden, isNotFound } from "../../kubernetes/errors.ts";
import { isActive, listPods, podName, removePod } from "../../kubernetes/pods.ts";
import { waitUntilPodRuns } from "../../kubernetes/running-pod.ts";
import type { Patience } from "../../kubernetes/wait-until.ts";
import { ClaimMissingError } from "./claim-errors.ts";
import { claimFiles, type ClaimFiles } from "./claim-files.ts";
import { claimContainer, claimPod, claimPodSelector, type ClaimPodRequest } from "./claim-pod.ts";

/** Which claim, and how the pod is made that reads it. */
export type ClaimRequest = Pick<ClaimPodRequest, "namespace" | "claim" | "image" | "user" | "owner" | "settings"> &
  Patience;

/**
 * Mounts a claim in a pod of its own, to be read only, for as long as `use` takes; the pod is gone afterwards, or ends by itself. Raises
 * ClaimMissingError, PodNotStartingError, WaitTimeoutError, and what `use` raises.
 */
export async function withSnapshotClaim<Result>(
  cluster: ClusterClient,
  request: ClaimRequest,
  use: (claim: ClaimFiles) => Promise<Result>,
): Promise<Result> {
  const { namespace, claim, image, interruption, timeoutSeconds } = request;
  const name = `trident-etcd-claim-${randomBytes(4).toString("hex")}`;
  await checkClaimIsThere(cluster, namespace, claim);
  const [platform, apis, node] = await Promise.all([
    detectPlatform(cluster),
    apisOf(cluster),
    nodeThatHas(cluster, namespace, claim),
  ]);
  await removeEnded(cluster, namespace);
  const body = claimPod({ ...request, name, platform, apis, node });
  try {
    await cluster.core.createNamespacedPod({ namespace, body });
    const awaited = `pod ${name} in namespace ${namespace}, which reads PersistentVolumeClaim ${claim}`;
    const pod = { namespace, name, containers: [claimContainer], awaited, wayOut: wayOut(image, claim) };
    await waitUntilPodRuns(cluster, pod, { interruption, timeoutSeconds });
    return await use(claimFiles(cluster, { namespace, pod: name, claim }, { interruption }));
  } finally {
    // What was read is read; a pod that stays ends by itself.
    await removePod(cluster, { namespace, name }, timeoutSeconds).catch(() => undefined);
  }
}

async function checkClaimIsThere(cluster: ClusterClient, namespace: string, name: string): Promise<void> {
  try {
    await cluster.core.readNamespacedPersistentVolumeClaim({ namespace, name });
  } catch (error) {
    if (isNotFound(error)) throw new ClaimMissingError(namespace, name);
    // Whoever may make the pod is told by it.
    if (!isForbidden(error)) throw error;
  }
}

/** The node of a pod that has the claim; undefined while none has. */
async function nodeThatHas(cluster: ClusterClient, namespace: string, claim: string): Promise<string | undefined> {
  const { items } = await cluster.core.listNamespacedPod({ namespace });
  const user = items.find((pod) => isActive(pod) && pod.spec?.nodeName !== undefined && mounts(pod, claim));
  return user?.spec?.nodeName;
}

function mounts({ spec }: V1Pod, claim: string): boolean {
  return spec?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim) ?? false;
}

/** Of runs that were killed, and whose pods have come to the end of their time since. */
async function removeEnded(cluster: ClusterClient, namespace: string): Promise<void> {
  const ended = (await listPods(cluster, namespace, claimPodSelector)).filter((pod) => !isActive(pod));
  await Promise.all(ended.map((pod) => removePod(cluster, { namespace, name: podName(pod) }, 10)));
}

function wayOut(image: string, claim: string): string {
  return (
    `It runs image ${image}, which is to have a shell, on PersistentVolumeClaim ${claim}: make the image available to the nodes, and see ` +
    `that the claim can be mounted.`
  );
}
