import { apisOf } from "../cluster-apis.ts";
import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../cluster-client.ts";
import { detectPlatform } from "../detect-platform.ts";
import { PodNotStartingError, withoutFullStop } from "../errors.ts";
import { findPodTrouble, lastFailedPull } from "../pod-trouble.ts";
import { describePod, readPod, removePod } from "../pods.ts";
import { seenDone, seenSoFar, waitUntil, type Look, type Patience } from "../wait-until.ts";
import { pullOutcome } from "./pull-outcome.ts";
import { pullPod, type ImagePull } from "./pull-pod.ts";

/** An image can't be pulled where it is needed. */
export class ImageNotPulledError extends Error {
  override readonly name = "ImageNotPulledError";
  readonly image: string;

  constructor(options: {
    readonly image: string;
    readonly namespace: string;
    readonly node: string | undefined;
    /** In the kubelet's own words. */
    readonly reason: string;
    /** Whole sentences. */
    readonly wayOut: string;
  }) {
    const { image, namespace, node, reason, wayOut } = options;
    const where = node === undefined ? "" : `, on node ${node}`;
    super(`Image ${image} can't be pulled in namespace ${namespace}${where}: ${withoutFullStop(reason)}. ${wayOut}`);
    this.image = image;
  }
}

/**
 * Pulls images by a pod that lives for a moment, placed by the scheduler as the pods are that they are for: what can't be pulled shows
 * while nothing is stopped for it.
 *
 * @param wayOut what to do about an image that can't be pulled, in whole sentences.
 * @throws ImageNotPulledError, or WaitTimeoutError where the pod finds no place or the pull takes too long; the pod is removed then.
 */
export async function pullImages(
  cluster: ClusterClient,
  pull: ImagePull,
  wayOut: string,
  patience: Patience,
): Promise<void> {
  const { namespace, name } = pull;
  const { timeoutSeconds } = patience;
  const body = pullPod(pull, ...(await Promise.all([detectPlatform(cluster), apisOf(cluster)])));
  // Of a run that was killed.
  await removePod(cluster, { namespace, name }, timeoutSeconds);
  await cluster.core.createNamespacedPod({ namespace, body });
  try {
    const images = body.spec?.containers.map(({ image = "" }) => image).join(", ") ?? "";
    const awaited = `pod ${name} in namespace ${namespace} to pull ${images}`;
    await waitUntil({ awaited, ...patience, intervalMilliseconds: 300 }, () => look(cluster, pull, wayOut));
  } finally {
    // What it was to show is shown; one that stays ends by itself.
    await removePod(cluster, { namespace, name }, timeoutSeconds).catch(() => undefined);
  }
}

async function look(cluster: ClusterClient, { namespace, name }: ImagePull, wayOut: string): Promise<Look<undefined>> {
  const pod = await readPod(cluster, namespace, name);
  if (pod === undefined) throw new PodNotStartingError(namespace, name, "somebody deleted it", runAgain);
  const outcome = pullOutcome(pod);
  switch (outcome.kind) {
    case "pulled":
      return seenDone(undefined);
    case "failed": {
      const { image } = outcome;
      const reason = await inFull(cluster, namespace, pod, outcome.reason);
      throw new ImageNotPulledError({ image, namespace, node: pod.spec?.nodeName, reason, wayOut });
    }
    case "underWay":
      return seenSoFar((await findPodTrouble(cluster, namespace, pod))?.reason ?? describePod(pod));
  }
}

const runAgain = "Find out who did, and run `pulumi up` again.";

/** Once a kubelet waits before it tries again, its words no longer say why; those of its first try do. */
async function inFull(cluster: ClusterClient, namespace: string, pod: V1Pod, reason: string): Promise<string> {
  if (!reason.startsWith("ImagePullBackOff")) return reason;
  const failure = await lastFailedPull(cluster, namespace, pod);
  return failure === undefined || reason.includes(failure) ? reason : `${reason} (${failure})`;
}
