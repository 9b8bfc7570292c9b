import { change } from "../wording/change.ts";
import { randomBytes } from "node:crypto";
import { apisOf } from "../kubernetes/cluster-apis.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isActive, listPods, podName, removePod } from "../kubernetes/pods.ts";
import { openPortForward, type PortForward } from "../kubernetes/port-forward.ts";
import { waitUntilPodRuns } from "../kubernetes/running-pod.ts";
import type { Patience } from "../kubernetes/wait-until.ts";
import { detectPlatform } from "../kubernetes/detect-platform.ts";
import type { PodSettings } from "../kubernetes/pod-settings.ts";
import type { EndpointUrl } from "./endpoint-url.ts";
import { gatewayContainerName, gatewayPod, gatewayPort, gatewaySelector } from "./gateway-pod.ts";

/** A pod that relays to endpoints which only the cluster can reach, and the ways to it. */
export interface Gateway {
  readonly pod: string;
  /** On this machine, in the order of the endpoints. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  lastFailure(): string | undefined;
  /** Removes the pod, if that can be done. May be called twice. */
  close(): Promise<void>;
}

export interface GatewayRequest {
  readonly namespace: string;
  readonly image: string;
  readonly endpoints: readonly EndpointUrl[];
  /** Given to the pod besides. */
  readonly settings?: PodSettings | undefined;
}

/** Raises PodNotStartingError with the kubelet's reason, or WaitTimeoutError; the pod is removed then. */
export async function openGateway(
  cluster: ClusterClient,
  { namespace, image, endpoints, settings }: GatewayRequest,
  patience: Patience,
): Promise<Gateway> {
  const pod = `trident-etcd-gateway-${randomBytes(4).toString("hex")}`;
  const [platform, apis] = await Promise.all([detectPlatform(cluster), apisOf(cluster)]);
  const body = gatewayPod({ name: pod, namespace, image, endpoints, platform, apis, settings });
  const forwards: PortForward[] = [];
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await Promise.all(forwards.map((forward) => forward.close()));
    // What was done through it is done, or has failed for a reason of its own; a pod that stays ends by itself.
    await removePod(cluster, { namespace, name: pod }, patience.timeoutSeconds).catch(() => undefined);
  };
  try {
    await removeEnded(cluster, namespace);
    await cluster.core.createNamespacedPod({ namespace, body });
    const awaited = `pod ${pod} in namespace ${namespace}, through which the existing etcd is reached`;
    const containers = endpoints.map((_, index) => gatewayContainerName(index));
    await waitUntilPodRuns(cluster, { namespace, name: pod, containers, awaited, wayOut: wayOut(image) }, patience);
    for (const index of endpoints.keys()) {
      const target = { namespace, choosePod: () => Promise.resolve(pod), port: gatewayPort(index) };
      forwards.push(await openPortForward(cluster, target));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    pod,
    addresses: forwards.map(({ host, port }) => ({ host, port })),
    lastFailure: () => forwards.map((forward) => forward.lastFailure()).find((failure) => failure !== undefined),
    close: () => (closing ??= close()),
  };
}

/** Of runs that were killed, and whose pods have come to the end of their time since. */
async function removeEnded(cluster: ClusterClient, namespace: string): Promise<void> {
  const ended = (await listPods(cluster, namespace, gatewaySelector)).filter((pod) => !isActive(pod));
  await Promise.all(ended.map((pod) => removePod(cluster, { namespace, name: podName(pod) }, 10)));
}

function wayOut(image: string): string {
  return (
    `The existing etcd is reached through it, since no connection can be had from this machine. It runs image ${image}: ` +
    `make that available to the nodes, name another one (\`${change({ gatewayImage: "IMAGE" })}\`), or run this where the etcd can be ` +
    `reached directly.`
  );
}
