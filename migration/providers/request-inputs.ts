import { keyPrefix, type KeyPrefix } from "../copy/store/key-range.ts";
import type { ClusterAccess } from "../kubernetes/load-kubeconfig.ts";

/** The cluster of a request, spread out so that a kubeconfig is a property of its own. */
export interface AccessInputs {
  /** As in ClusterAccess. When it is the contents of a kubeconfig, it is a secret, also among the outputs. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** As in ClusterAccess; older versions did not know it. */
  readonly clusterUid?: string;
}

/** A request as stacks' state holds it: its prefix a text. */
export type InputsOf<Request extends { readonly prefix: KeyPrefix }> = Omit<Request, "cluster" | "prefix"> &
  AccessInputs & { readonly prefix: string };

/** By name: what Pulumi hands over has properties of its own besides. */
export function accessOf({ kubeconfig, context, clusterUid }: AccessInputs): ClusterAccess {
  return { kubeconfig, context, clusterUid };
}

/** @throws EmptyPrefixError */
export function requestOf<Inputs extends AccessInputs & { readonly prefix: string }>(
  inputs: Inputs,
): Omit<Inputs, keyof AccessInputs | "prefix"> & { readonly cluster: ClusterAccess; readonly prefix: KeyPrefix } {
  const { kubeconfig, context, clusterUid, prefix, ...request } = inputs;
  return { ...request, cluster: { kubeconfig, context, clusterUid }, prefix: keyPrefix(prefix) };
}
