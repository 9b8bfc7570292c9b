import { keyPrefix, type KeyPrefix } from "../copy/store/key-range.ts";
import { etcdAddress, type EtcdAddress, type GivenAddress } from "../connect/etcd-address.ts";
import type { ClusterAccess } from "../kubernetes/load-kubeconfig.ts";

/** The cluster of a request, spread out so that a kubeconfig is a property of its own. */
export interface AccessInputs {
  /** As in ClusterAccess. When it is the contents of a kubeconfig, it is a secret, also among the outputs. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** As in ClusterAccess; older versions did not know it. */
  readonly clusterUid?: string;
}

/** What stacks' state holds of it: an address without its kind, a prefix that is a text. */
interface RecordedInputs extends AccessInputs {
  readonly destination: GivenAddress;
  readonly prefix: string;
}

/** What requests have instead. */
interface Known {
  readonly cluster: ClusterAccess;
  readonly destination: EtcdAddress;
  readonly prefix: KeyPrefix;
}

export type InputsOf<Request> = Omit<Request, keyof Known> & RecordedInputs;

/** By name: what Pulumi hands over has properties of its own besides. */
export function accessOf({ kubeconfig, context, clusterUid }: AccessInputs): ClusterAccess {
  return { kubeconfig, context, clusterUid };
}

/** @throws EmptyPrefixError */
export function requestOf<Inputs extends RecordedInputs>(inputs: Inputs): Omit<Inputs, keyof RecordedInputs> & Known {
  const { kubeconfig, context, clusterUid, destination, prefix, ...request } = inputs;
  return {
    ...request,
    cluster: { kubeconfig, context, clusterUid },
    destination: etcdAddress(destination),
    prefix: keyPrefix(prefix),
  };
}
