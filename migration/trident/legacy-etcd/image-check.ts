import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { PodNotStartingError } from "../../kubernetes/errors.ts";
import { describePod, readPod, removePod } from "../../kubernetes/pods.ts";
import { findPodTrouble } from "../../kubernetes/pod-trouble.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../../kubernetes/wait-until.ts";
import { imageCheckPod, imageCheckPodName } from "./legacy-pod-template.ts";
import type { PodOwner } from "../../kubernetes/helper-pod.ts";
import type { PodSettings } from "../../kubernetes/pod-settings.ts";
import type { LegacyTrident } from "../legacy/legacy-trident.ts";

/**
 * Shows with a pod that lives for a moment that the legacy etcd image can be pulled and run where the source pod will
 * run, while nothing is stopped yet. Raises PodNotStartingError with the kubelet's reason when not.
 */
export async function checkLegacyEtcdImage(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  owner: PodOwner,
  patience: Patience,
  settings: PodSettings = {},
): Promise<void> {
  const { namespace } = legacy;
  const { timeoutSeconds } = patience;
  const name = imageCheckPodName;
  await removePod(cluster, { namespace, name }, timeoutSeconds);
  await cluster.core.createNamespacedPod({ namespace, body: imageCheckPod(legacy, owner, settings) });
  try {
    await waitUntilItRan(cluster, legacy, patience);
  } finally {
    await removePod(cluster, { namespace, name }, timeoutSeconds);
  }
}

async function waitUntilItRan(cluster: ClusterClient, legacy: LegacyTrident, patience: Patience): Promise<void> {
  const { namespace } = legacy;
  const awaited = `pod ${imageCheckPodName} in namespace ${namespace} to run image ${legacy.etcdImage}`;
  await waitUntil({ awaited, ...patience, intervalMilliseconds: 300 }, async () => {
    const pod = await readPod(cluster, namespace, imageCheckPodName);
    if (pod === undefined) throw new PodNotStartingError(namespace, imageCheckPodName, "somebody deleted it", runAgain);
    if (hasSucceeded(pod)) return seenDone(undefined);
    const trouble = await findPodTrouble(cluster, namespace, pod);
    if (trouble?.final === true) {
      throw new PodNotStartingError(namespace, imageCheckPodName, trouble.reason, wayOut(legacy));
    }
    return seenSoFar(trouble?.reason ?? describePod(pod));
  });
}

// The pod's phase follows its container's end with some delay.
function hasSucceeded(pod: V1Pod): boolean {
  return pod.status?.containerStatuses?.some((each) => each.state?.terminated?.exitCode === 0) ?? false;
}

const runAgain = "Find out who did, and run `pulumi up` again.";

function wayOut(legacy: LegacyTrident): string {
  return (
    `The migration needs image ${legacy.etcdImage}, which Deployment ${legacy.name} names for its container ` +
    `${legacy.etcdContainer.name}, to read the state: make it available to the nodes (push it to the registry, load it ` +
    `on the nodes, or put imagePullSecrets in the Deployment) and run \`pulumi up\` again.`
  );
}
