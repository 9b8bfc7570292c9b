import type { V1Container, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import type { ClusterApis } from "../cluster-apis.ts";
import type { Platform } from "../detect-platform.ts";
import { forAMoment, ownerReference, unprivilegedContainer, unprivilegedPod, type PodOwner } from "../helper-pod.ts";
import { managedByLabel, managedByValue } from "../ownership.ts";
import { podPlacement, type PodPlacement } from "../pod-settings.ts";

/** Images that are to be on a node before something is stopped for them, pulled as the pods pull them that they are for. */
export interface ImagePull {
  readonly namespace: string;
  /** Of the pod that pulls them, for a moment. */
  readonly name: string;
  /** Of the pods that the images are for. */
  readonly pods: Partial<V1PodSpec>;
  readonly owner: PodOwner;
}

/** A pod whose process died without removing it is not to stay for ever. */
const deadlineSeconds = 3600;

/**
 * A container for each image, which does nothing: that its image can be pulled shows in that it comes to start at all. It runs where
 * the other pods may run and pulls with their secrets, and has none of their volumes, permissions or programs.
 */
export function pullPod(
  { namespace, name, pods, owner }: ImagePull,
  platform: Platform,
  apis: Pick<ClusterApis, "seccompProfile">,
): V1Pod {
  const { securityContext, annotations } = unprivilegedPod(platform, apis);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: { [managedByLabel]: managedByValue, "app.kubernetes.io/component": pullComponent },
      ownerReferences: [ownerReference(owner)],
      annotations,
    },
    spec: {
      ...placeToPull(pods),
      containers: imagesOf(pods).map(pullContainer),
      ...forAMoment,
      activeDeadlineSeconds: deadlineSeconds,
      terminationGracePeriodSeconds: 0,
      securityContext,
    },
  };
}

/** What such pods are labelled as. */
export const pullComponent = "image-pull";

/** Each once, with how it is pulled. */
function imagesOf({
  initContainers = [],
  containers = [],
}: Partial<V1PodSpec>): Pick<V1Container, "image" | "imagePullPolicy">[] {
  const byName = new Map([...initContainers, ...containers].map((container) => [container.image ?? "", container]));
  return [...byName.entries()].filter(([image]) => image !== "").map(([, container]) => container);
}

function pullContainer(
  { image, imagePullPolicy }: Pick<V1Container, "image" | "imagePullPolicy">,
  index: number,
): V1Container {
  return {
    name: `image-${index}`,
    ...(image === undefined ? {} : { image }),
    ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    // Never the image's own program. An image without this one was pulled as well before that shows.
    command: ["/bin/true"],
    resources: { requests: { cpu: "10m", memory: "16Mi" } },
    ...unprivilegedContainer,
  };
}

// The service account may carry pull secrets, too, and on OpenShift the security context constraints.
const besidesPlacement = ["nodeName", "runtimeClassName", "serviceAccountName"] as const;

function placeToPull(pods: Partial<V1PodSpec>): Partial<V1PodSpec> {
  const others = besidesPlacement.filter((name) => pods[name] !== undefined).map((name) => [name, pods[name]] as const);
  return { ...podPlacement(pods as PodPlacement), ...(Object.fromEntries(others) as Partial<V1PodSpec>) };
}
