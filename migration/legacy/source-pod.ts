import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { describeFailure } from "../kubernetes/describe-failure.ts";
import { PodNotStartingError } from "../kubernetes/errors.ts";
import { describePod, isContainerRunning, readPod, removePod } from "../kubernetes/pods.ts";
import { findPodTrouble } from "../kubernetes/pod-trouble.ts";
import { openPortForward } from "../kubernetes/port-forward.ts";
import { seenDone, seenSoFar, waitUntil, type Look } from "../kubernetes/wait-until.ts";
import { openForwardedStore, type OpenStore } from "../stores/forwarded-store.ts";
import { sourcePod, sourcePodName, type PodOwner } from "./legacy-pod-template.ts";
import type { LegacyTrident } from "./legacy-trident.ts";

/**
 * Runs the legacy etcd alone on its claim, and opens it. Nothing else may have the claim's data open: the legacy pods
 * are to be gone. On failure the pod may be left behind; `removeSourcePod` removes it.
 */
export async function openSourcePod(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  owner: PodOwner,
  timeoutSeconds: number,
): Promise<OpenStore> {
  await removeSourcePod(cluster, legacy.namespace, timeoutSeconds);
  await cluster.core.createNamespacedPod({ namespace: legacy.namespace, body: sourcePod(legacy, owner) });
  await waitUntilRunning(cluster, legacy, timeoutSeconds);
  const forward = await openPortForward(cluster, {
    namespace: legacy.namespace,
    choosePod: () => Promise.resolve(sourcePodName),
    port: legacy.clientPort,
  });
  try {
    return await waitUntilEtcdAnswers(cluster, legacy, forward, timeoutSeconds);
  } catch (error) {
    await forward.close();
    throw error;
  }
}

export async function removeSourcePod(
  cluster: ClusterClient,
  namespace: string,
  timeoutSeconds: number,
): Promise<void> {
  await removePod(cluster, { namespace, name: sourcePodName }, timeoutSeconds);
}

async function waitUntilRunning(cluster: ClusterClient, legacy: LegacyTrident, timeoutSeconds: number): Promise<void> {
  const awaited = `pod ${sourcePodName} in namespace ${legacy.namespace} to run on PersistentVolumeClaim ${legacy.claim}`;
  await waitUntil({ awaited, timeoutSeconds, intervalMilliseconds: 100 }, () => lookAtPod(cluster, legacy));
}

async function waitUntilEtcdAnswers(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  forward: Awaited<ReturnType<typeof openPortForward>>,
  timeoutSeconds: number,
): Promise<OpenStore> {
  const description = `the embedded etcd on PersistentVolumeClaim ${legacy.claim} (pod ${sourcePodName})`;
  const awaited = `${description} to answer on port ${legacy.clientPort}`;
  return waitUntil({ awaited, timeoutSeconds, intervalMilliseconds: 100 }, async (): Promise<Look<OpenStore>> => {
    const pod = await lookAtPod(cluster, legacy);
    if (!pod.done) return pod;
    // A connection of its own for each try: one that failed would wait ever longer before it dials again.
    const store = openForwardedStore(description, forward);
    try {
      await store.status();
      return seenDone(store);
    } catch (error) {
      store.disconnect();
      return seenSoFar(describeFailure(error));
    }
  });
}

async function lookAtPod(cluster: ClusterClient, legacy: LegacyTrident): Promise<Look<undefined>> {
  const { namespace } = legacy;
  const pod = await readPod(cluster, namespace, sourcePodName);
  if (pod === undefined) throw new PodNotStartingError(namespace, sourcePodName, "somebody deleted it", runAgain);
  if (isContainerRunning(pod, legacy.etcdContainer.name)) return seenDone(undefined);
  const trouble = await findPodTrouble(cluster, namespace, pod);
  if (trouble?.final === true) throw new PodNotStartingError(namespace, sourcePodName, trouble.reason, wayOut(legacy));
  return seenSoFar(trouble?.reason ?? describePod(pod));
}

const runAgain = "Find out who did, and run `pulumi up` again.";

function wayOut(legacy: LegacyTrident): string {
  return (
    `It runs container ${legacy.etcdContainer.name} of Deployment ${legacy.name} on PersistentVolumeClaim ` +
    `${legacy.claim}: see \`kubectl --namespace ${legacy.namespace} describe deployment ${legacy.name}\`.`
  );
}
