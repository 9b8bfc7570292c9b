import { newestApis, type ClusterApis } from "./cluster-apis.ts";

/** The runtime's own seccomp profile, as the cluster takes it: in a security context, or in an annotation of the pod. */
export interface RuntimeSeccomp {
  readonly securityContext: { readonly seccompProfile?: { readonly type: "RuntimeDefault" } };
  /** None is an empty object. */
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * @param container For that container alone; for the whole pod without it.
 */
export function runtimeSeccomp(
  { seccompProfile }: Pick<ClusterApis, "seccompProfile"> = newestApis,
  container?: string,
): RuntimeSeccomp {
  if (seccompProfile) return { securityContext: { seccompProfile: { type: "RuntimeDefault" } }, annotations: {} };
  const annotation =
    container === undefined
      ? "seccomp.security.alpha.kubernetes.io/pod"
      : `container.seccomp.security.alpha.kubernetes.io/${container}`;
  return { securityContext: {}, annotations: { [annotation]: "runtime/default" } };
}
