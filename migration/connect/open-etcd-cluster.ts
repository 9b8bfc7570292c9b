import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { describePod, isContainerRunning, isReady, listPods, podName } from "../kubernetes/pods.ts";
import { openPortForward } from "../kubernetes/port-forward.ts";
import { openForwardedStore, type OpenStore } from "./open-store.ts";
import { memberClientPort, membersOf } from "./cluster-members.ts";
import { readMemberTls } from "./client-secret.ts";
import type { EtcdClusterAddress } from "./etcd-address.ts";

/** No member of the new etcd cluster is ready to be written to. */
export class NoReadyMemberError extends Error {
  override readonly name = "NoReadyMemberError";

  constructor(address: EtcdClusterAddress, seen: string) {
    super(
      `The etcd cluster ${address.etcdCluster} in namespace ${address.namespace} has no ready member (${seen}). See ` +
        `\`kubectl --namespace ${address.namespace} describe etcdcluster ${address.etcdCluster}\` and its pods, labelled ` +
        `${membersOf(address.etcdCluster)}, then run \`pulumi up\` again.`,
    );
  }
}

/** The stack's own etcd. */
export interface OwnEtcd extends OpenStore {
  readonly kind: "managed";
}

/**
 * An etcd cluster, through one of its members, over TLS with the client's certificate. Raises ClientSecretError and
 * NoReadyMemberError.
 */
export async function connectToMember(cluster: ClusterClient, address: EtcdClusterAddress): Promise<OwnEtcd> {
  const { namespace, etcdCluster } = address;
  // The members' own CA may be another than that of their clients: whether it is the right one only they can tell.
  const tls = await readMemberTls(cluster, address);
  await findMember(cluster, address);
  const forward = await openPortForward(cluster, {
    namespace,
    choosePod: () => findMember(cluster, address),
    port: memberClientPort,
  });
  const store = openForwardedStore(`the etcd cluster ${etcdCluster} in namespace ${namespace}`, forward, tls);
  return { kind: "managed", ...store };
}

async function findMember(cluster: ClusterClient, address: EtcdClusterAddress): Promise<string> {
  const pods = await listPods(cluster, address.namespace, membersOf(address.etcdCluster));
  const chosen = chooseMember(pods);
  if (chosen === undefined) {
    throw new NoReadyMemberError(address, pods.length === 0 ? "no pod" : pods.map(describePod).join(", "));
  }
  return podName(chosen);
}

/**
 * A ready one, or else one that runs: whether that serves it says itself. Its readiness hangs on the client's certificate in its
 * pod, where a Secret that was put right arrives a minute or two late.
 */
export function chooseMember(pods: readonly V1Pod[]): V1Pod | undefined {
  return pods.find(isReady) ?? pods.find((pod) => isContainerRunning(pod, "etcd"));
}
