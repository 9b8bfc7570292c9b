import type { V1Container, V1OwnerReference, V1PodSecurityContext, V1PodSpec } from "@kubernetes/client-node";
import type { ClusterApis } from "./cluster-apis.ts";
import type { Platform } from "./detect-platform.ts";
import { runtimeSeccomp } from "./seccomp.ts";

/** A ConfigMap whose deletion takes the pod with it, whatever became of the process that made the pod. */
export interface PodOwner {
  readonly name: string;
  readonly uid: string;
}

export function ownerReference({ name, uid }: PodOwner): V1OwnerReference {
  return { apiVersion: "v1", kind: "ConfigMap", name, uid };
}

/** Of a pod that is there for a moment: it asks the API server nothing, and ends by itself. */
export const forAMoment = {
  restartPolicy: "Never",
  automountServiceAccountToken: false,
  enableServiceLinks: false,
} as const satisfies Partial<V1PodSpec>;

const nobody = 65534;

/** As nobody or another user than root, which the restricted Pod Security Standard admits; the annotations are the pod's. */
export function unprivilegedPod(
  platform: Platform,
  apis: Pick<ClusterApis, "seccompProfile">,
  user = nobody,
): { readonly securityContext: V1PodSecurityContext; readonly annotations: Readonly<Record<string, string>> } {
  const { securityContext, annotations } = runtimeSeccomp(apis);
  return {
    annotations,
    securityContext: {
      runAsNonRoot: true,
      // OpenShift assigns users from a range of the namespace's own, and refuses others.
      ...(platform === "openshift" ? {} : { runAsUser: user, runAsGroup: user }),
      ...securityContext,
    },
  };
}

// Without the permission to read logs, a container's last words are only had from its status.
export const endsWithItsReason = { terminationMessagePolicy: "FallbackToLogsOnError" } as const;

/** Of each container of such a pod. */
export const unprivilegedContainer = {
  ...endsWithItsReason,
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
  },
} satisfies Partial<V1Container>;
