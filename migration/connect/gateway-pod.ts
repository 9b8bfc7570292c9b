import type { V1Container, V1Pod } from "@kubernetes/client-node";
import type { ClusterApis } from "../kubernetes/cluster-apis.ts";
import { forAMoment, unprivilegedContainer, unprivilegedPod } from "../kubernetes/helper-pod.ts";
import { etcdLabels, managedByLabel, managedByValue } from "../kubernetes/ownership.ts";
import type { Platform } from "../kubernetes/detect-platform.ts";
import { withPodSettings, type PodSettings } from "../kubernetes/pod-settings.ts";
import type { EndpointUrl } from "./endpoint-url.ts";

export interface GatewayPodRequest {
  readonly name: string;
  readonly namespace: string;
  /** With etcd in it. */
  readonly image: string;
  readonly endpoints: readonly Pick<EndpointUrl, "host" | "port">[];
  readonly platform: Platform;
  /** Given to it besides. */
  readonly settings?: PodSettings | undefined;
  readonly apis: Pick<ClusterApis, "seccompProfile">;
}

/** A pod whose process died without removing it, or whose program did, is not to stay for ever. */
const deadlineSeconds = 2 * 3600;

/** Of the pods of all runs. */
export const gatewaySelector = `${managedByLabel}=${managedByValue},app.kubernetes.io/component=gateway`;

const firstPort = 23790;

/** Where a pod's listener for the endpoint with that index is, on the pod's loopback. */
export function gatewayPort(index: number): number {
  return firstPort + index;
}

export function gatewayContainerName(index: number): string {
  return `gateway-${index}`;
}

/**
 * A TCP relay for each endpoint, in etcd's own image: TLS goes through it from end to end, and it has no key of its own. One
 * listener an endpoint, since each has a certificate for a name of its own.
 */
export function gatewayPod(request: GatewayPodRequest): V1Pod {
  const { name, namespace, image, endpoints, platform, settings = {} } = request;
  const { securityContext, annotations } = unprivilegedPod(platform, request.apis);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: etcdLabels("gateway"),
      annotations,
    },
    spec: withPodSettings(
      {
        containers: endpoints.map((endpoint, index) => gatewayContainer(image, endpoint, index)),
        ...forAMoment,
        activeDeadlineSeconds: deadlineSeconds,
        securityContext,
      },
      settings,
    ),
  };
}

function gatewayContainer(
  image: string,
  { host, port }: Pick<EndpointUrl, "host" | "port">,
  index: number,
): V1Container {
  return {
    name: gatewayContainerName(index),
    image,
    command: [
      "etcd",
      ...["gateway", "start", `--endpoints=${host.includes(":") ? `[${host}]` : host}:${port}`],
      ...[`--listen-addr=127.0.0.1:${gatewayPort(index)}`, "--retry-delay=1s"],
    ],
    resources: { requests: { cpu: "10m", memory: "32Mi" } },
    ...unprivilegedContainer,
  };
}
