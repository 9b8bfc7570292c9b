import type { V1LabelSelector, V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "./cluster-client.ts";
import { ForeignPodError, isNotFound } from "./errors.ts";
import { isOurs } from "./ownership.ts";
import { seenDone, seenSoFar, waitUntil } from "./wait-until.ts";

export async function listPods(cluster: ClusterClient, namespace: string, labelSelector: string): Promise<V1Pod[]> {
  const pods = await cluster.core.listNamespacedPod({ namespace, labelSelector });
  return pods.items;
}

export async function readPod(cluster: ClusterClient, namespace: string, name: string): Promise<V1Pod | undefined> {
  try {
    return await cluster.core.readNamespacedPod({ namespace, name });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export function podName(pod: V1Pod): string {
  return pod.metadata?.name ?? "";
}

/** Whether anything of the pod may still run. One that ended stays listed, but holds nothing any more. */
export function isActive(pod: V1Pod): boolean {
  return pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed";
}

export function isReady(pod: V1Pod): boolean {
  if (pod.metadata?.deletionTimestamp !== undefined) return false;
  return pod.status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false;
}

export function isContainerRunning(pod: V1Pod, container: string): boolean {
  if (pod.metadata?.deletionTimestamp !== undefined) return false;
  const status = pod.status?.containerStatuses?.find((each) => each.name === container);
  return status?.state?.running !== undefined;
}

/** One word or two for a progress line: `Running`, `Terminating on node n1`. */
export function describePod(pod: V1Pod): string {
  const state = pod.metadata?.deletionTimestamp === undefined ? (pod.status?.phase ?? "unknown") : "Terminating";
  const node = pod.spec?.nodeName === undefined ? "" : ` on node ${pod.spec.nodeName}`;
  return `pod ${podName(pod)} ${state}${node}`;
}

/**
 * Deletes a pod of ours and waits until it is gone, its volumes with it. Does nothing when there is none. Raises
 * ForeignPodError for one that this project did not make.
 */
export async function removePod(
  cluster: ClusterClient,
  pod: { readonly namespace: string; readonly name: string },
  timeoutSeconds: number,
): Promise<void> {
  const awaited = `pod ${pod.name} in namespace ${pod.namespace} to be gone`;
  await waitUntil({ awaited, timeoutSeconds }, async () => {
    const found = await readPod(cluster, pod.namespace, pod.name);
    if (found === undefined) return seenDone(undefined);
    if (!isOurs(found)) throw new ForeignPodError(pod.namespace, pod.name);
    if (found.metadata?.deletionTimestamp === undefined) await deletePod(cluster, pod);
    return seenSoFar(describePod(found));
  });
}

/** Does not wait until it is gone; one that is not there is no error. */
export async function deletePod(cluster: ClusterClient, pod: { namespace: string; name: string }): Promise<void> {
  try {
    await cluster.core.deleteNamespacedPod({ ...pod, gracePeriodSeconds: 10 });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** The selector as the API's `labelSelector` parameter says it. */
export function selectorText(selector: V1LabelSelector): string {
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => {
    switch (operator) {
      case "Exists":
        return key;
      case "DoesNotExist":
        return `!${key}`;
      default:
        return `${key} ${operator.toLowerCase()} (${(values ?? []).join(",")})`;
    }
  });
  return [...labels, ...expressions].join(",");
}
