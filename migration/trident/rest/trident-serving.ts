import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { describeFailure } from "../../wording/describe-failure.ts";
import { isReady, listPods, podName } from "../../kubernetes/pods.ts";
import { openPortForward, type PortForward } from "../../kubernetes/port-forward.ts";
import { seenDone, seenSoFar, waitUntil, type Look, type Patience } from "../../kubernetes/wait-until.ts";

/** Where Trident has its REST API, on the pod's loopback; a legacy one and a new one alike. */
export const restPort = 8000;

interface ServingDeployment {
  readonly namespace: string;
  readonly name: string;
  /** Finds its pods, as the API's `labelSelector` says it. */
  readonly selector: string;
}

/**
 * Waits until Trident's REST API answers: a Trident that could not read its state runs on, and its pod is ready, but each
 * call ends with 500.
 */
export async function waitUntilTridentServes(
  cluster: ClusterClient,
  deployment: ServingDeployment,
  patience: Patience,
): Promise<void> {
  const { namespace, name } = deployment;
  const forward = await openPortForward(cluster, {
    namespace,
    choosePod: () => findReadyPod(cluster, deployment),
    port: restPort,
  });
  try {
    const awaited = `Trident's REST API in Deployment ${name}, namespace ${namespace}, to answer`;
    await waitUntil({ awaited, ...patience, intervalMilliseconds: 250 }, () => askTrident(forward));
  } finally {
    await forward.close();
  }
}

/** One question to the REST API. An answer other than a success is what was seen, not an error. */
export async function askTrident(forward: Omit<PortForward, "close">): Promise<Look<undefined>> {
  try {
    const url = `http://${forward.host}:${forward.port}/trident/v1/backend`;
    // A connection of its own, which does not outlive the port-forward.
    const headers = { connection: "close" };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    return response.ok ? seenDone(undefined) : seenSoFar(`it answers with ${response.status}`);
  } catch (error) {
    return seenSoFar(forward.lastFailure() ?? describeFailure(error));
  }
}

async function findReadyPod(cluster: ClusterClient, { namespace, name, selector }: ServingDeployment): Promise<string> {
  const pod = (await listPods(cluster, namespace, selector)).find(isReady);
  if (pod === undefined) throw new Error(`no pod of Deployment ${name} is ready`);
  return podName(pod);
}
