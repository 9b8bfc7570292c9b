import type { V1Deployment, V1ReplicaSet } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isNotFound } from "../../kubernetes/errors.ts";
import { managedByLabel, managedByValue } from "../../kubernetes/ownership.ts";
import { patchDeployment } from "../../kubernetes/patch-deployment.ts";
import { describePod, isActive, listPods } from "../../kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../../kubernetes/wait-until.ts";
import { findNewTrident, newTridentName, newTridentPods } from "./new-trident.ts";
import { untilItIsSeenToHaveNoOwner } from "./without-owner.ts";

/** Where the new Trident is, and how long each wait for it may take. */
export interface TridentPlace extends Patience {
  readonly namespace: string;
}

/** Scales a new Trident that the stack's Deployment has not taken over to 0, and returns only when nothing of it runs any more. */
export async function pauseNewTrident(cluster: ClusterClient, place: TridentPlace): Promise<void> {
  const { namespace } = place;
  const deployment = await findNewTrident(cluster, namespace);
  if (deployment?.spec === undefined) return;
  await scale(cluster, namespace, deployment, 0);
  await waitUntilPodsAreGone(cluster, namespace, newTridentPods(deployment.spec), place);
}

/** Has one that was paused serve again. Does nothing when there is none. */
export async function resumeNewTrident(cluster: ClusterClient, namespace: string): Promise<boolean> {
  const deployment = await findNewTrident(cluster, namespace);
  if (deployment === undefined) return false;
  await scale(cluster, namespace, deployment, 1);
  return true;
}

/**
 * Stops a new Trident that the stack's own Deployment has not taken over and deletes its Deployment. Returns only when nothing of
 * it runs any more, so that the legacy one may start. What it wrote stays. Does nothing when there is none.
 */
export async function withdrawNewTrident(cluster: ClusterClient, place: TridentPlace): Promise<void> {
  await pauseNewTrident(cluster, place);
  const deployment = await findNewTrident(cluster, place.namespace);
  if (deployment === undefined) return;
  await deleteDeployment(cluster, place.namespace, deployment, "Background");
  await waitUntilDeploymentIsGone(cluster, deployment, place);
}

/**
 * Leaves the pods of the new Trident, as they run, to the stack's own Deployment, which takes over those that its selector
 * finds and whose template is its own. Does nothing when that has happened.
 */
export async function handOverNewTrident(cluster: ClusterClient, place: TridentPlace): Promise<void> {
  const { namespace } = place;
  const deployment = await findNewTrident(cluster, namespace);
  if (deployment !== undefined) {
    await deleteDeployment(cluster, namespace, deployment, "Orphan");
    await waitUntilDeploymentIsGone(cluster, deployment, place);
  }
  // Also of a run that was killed between the two. Trident serves meanwhile.
  for (const replicaSet of await ownerless(cluster, namespace)) {
    await untilItIsSeenToHaveNoOwner(cluster, replicaSet, place);
  }
}

/** Every new Trident that may run, whoever its pods belong to, is gone when this returns; what it wrote stays. */
export async function stopNewTrident(cluster: ClusterClient, place: TridentPlace): Promise<void> {
  await withdrawNewTrident(cluster, place);
  await removeHandedOver(cluster, place);
  // Of the stack's own Deployment, which was deleted just now, a pod may still be ending.
  await waitUntilPodsAreGone(cluster, place.namespace, ours, place);
}

/** Removes pods that were handed over to a Deployment that never came: the run was killed, and now all is destroyed. */
export async function removeHandedOver(cluster: ClusterClient, place: TridentPlace): Promise<void> {
  const { namespace } = place;
  const handedOver = await ownerless(cluster, namespace);
  if (handedOver.length === 0) return;
  for (const { metadata } of handedOver) {
    const { name = "", uid = "" } = metadata ?? {};
    const body = { preconditions: { uid }, propagationPolicy: "Background" };
    await cluster.apps.deleteNamespacedReplicaSet({ namespace, name, body }).catch(unlessGone);
  }
  await waitUntilPodsAreGone(cluster, namespace, ours, place);
}

async function ownerless(cluster: ClusterClient, namespace: string): Promise<V1ReplicaSet[]> {
  const { items } = await cluster.apps.listNamespacedReplicaSet({ namespace, labelSelector: ours });
  return items.filter(({ metadata }) => (metadata?.ownerReferences ?? []).length === 0);
}

/** Finds the new Trident's pods and ReplicaSets, whatever their Deployment is called. */
const ours = `app.kubernetes.io/name=trident,${managedByLabel}=${managedByValue}`;

function scale(cluster: ClusterClient, namespace: string, { metadata }: V1Deployment, replicas: number): Promise<void> {
  const identity = { namespace, name: newTridentName, uid: metadata?.uid ?? "" };
  return patchDeployment(cluster, identity, { replicas });
}

async function deleteDeployment(
  cluster: ClusterClient,
  namespace: string,
  deployment: V1Deployment,
  propagationPolicy: "Background" | "Orphan",
): Promise<void> {
  const body = { preconditions: { uid: deployment.metadata?.uid ?? "" }, propagationPolicy };
  await cluster.apps.deleteNamespacedDeployment({ namespace, name: newTridentName, body }).catch(unlessGone);
}

async function waitUntilPodsAreGone(
  cluster: ClusterClient,
  namespace: string,
  selector: string,
  { timeoutSeconds, interruption }: Patience,
): Promise<void> {
  const awaited = `the new Trident's pods in namespace ${namespace} to be gone`;
  await waitUntil({ awaited, timeoutSeconds, interruption, intervalMilliseconds: 200 }, async () => {
    const running = (await listPods(cluster, namespace, selector)).filter(isActive);
    return running.length === 0 ? seenDone(undefined) : seenSoFar(running.map(describePod).join(", "));
  });
}

async function waitUntilDeploymentIsGone(
  cluster: ClusterClient,
  deployment: V1Deployment,
  { namespace, timeoutSeconds, interruption }: TridentPlace,
): Promise<void> {
  const awaited = `Deployment ${newTridentName} in namespace ${namespace} to be gone`;
  await waitUntil({ awaited, timeoutSeconds, interruption, intervalMilliseconds: 100 }, async () => {
    const found = await findNewTrident(cluster, namespace);
    const isThere = found !== undefined && found.metadata?.uid === deployment.metadata?.uid;
    return isThere ? seenSoFar("it is still listed") : seenDone(undefined);
  });
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
