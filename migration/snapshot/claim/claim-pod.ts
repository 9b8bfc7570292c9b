import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterApis } from "../../kubernetes/cluster-apis.ts";
import type { Platform } from "../../kubernetes/detect-platform.ts";
import {
  endsWithItsReason,
  forAMoment,
  ownerReference,
  unprivilegedContainer,
  unprivilegedPod,
  type PodOwner,
} from "../../kubernetes/helper-pod.ts";
import { etcdLabels, managedByLabel, managedByValue } from "../../kubernetes/ownership.ts";
import { withPodSettings, type PodSettings } from "../../kubernetes/pod-settings.ts";

export interface ClaimPodRequest {
  readonly name: string;
  readonly namespace: string;
  readonly claim: string;
  /** With a shell, ls, cat and sha256sum in it, as etcd's own has them up to 3.4.23 and 3.5.6. */
  readonly image: string;
  readonly platform: Platform;
  readonly apis: Pick<ClusterApis, "seccompProfile">;
  /**
   * Who reads: `nobody`, as whom snapshots are written by schedule; a number, such as that of an etcd's members; or whomever the image
   * runs as, which is root as a rule and reads what an old Trident's etcd has written.
   * @default "nobody"
   */
  readonly user?: "nobody" | "ofImage" | number | undefined;
  /** Where the claim is in use already: a volume can mostly be mounted on one node at a time. */
  readonly node?: string | undefined;
  readonly owner?: PodOwner | undefined;
  /** Given to it besides. */
  readonly settings?: PodSettings | undefined;
}

export const claimContainer = "claim";
/** Where the claim is in it. */
export const claimFolder = "/claim";

/** A pod whose process died without removing it is not to stay for ever. */
const deadlineSeconds = 2 * 3600;

const component = "snapshot-claim";
/** Of the pods of all runs. */
export const claimPodSelector = `${managedByLabel}=${managedByValue},app.kubernetes.io/component=${component}`;

/** Has a claim mounted to be read only, and waits to be asked for what is on it. */
export function claimPod(request: ClaimPodRequest): V1Pod {
  const { name, namespace, claim, image, node, owner, settings = {}, user = "nobody" } = request;
  // No group for its files either: Kubernetes would change whose they are.
  const security =
    user === "ofImage"
      ? undefined
      : unprivilegedPod(request.platform, request.apis, user === "nobody" ? undefined : user);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: etcdLabels(component),
      ...(security === undefined ? {} : { annotations: security.annotations }),
      ...(owner === undefined ? {} : { ownerReferences: [ownerReference(owner)] }),
    },
    spec: withPodSettings(
      {
        containers: [
          {
            name: claimContainer,
            image,
            // As process 1 a shell would not hear that it is to end.
            command: ["/bin/sh", "-c", `trap 'exit 0' TERM; sleep ${deadlineSeconds} & wait`],
            resources: { requests: { cpu: "10m", memory: "32Mi" } },
            ...(security === undefined ? endsWithItsReason : unprivilegedContainer),
            // Here and not on the volume: some drivers can't have one volume both ways on a node.
            volumeMounts: [{ name: "claim", mountPath: claimFolder, readOnly: true }],
          },
        ],
        volumes: [{ name: "claim", persistentVolumeClaim: { claimName: claim } }],
        ...forAMoment,
        activeDeadlineSeconds: deadlineSeconds,
        ...(node === undefined ? {} : { nodeName: node }),
        ...(security === undefined ? {} : { securityContext: security.securityContext }),
      },
      settings,
    ),
  };
}
