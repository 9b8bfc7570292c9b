import { readMemberTls } from "../connect/client-secret.ts";
import { memberClientPort, membersOf } from "../connect/cluster-members.ts";
import type { EtcdClusterAddress } from "../connect/etcd-address.ts";
import { openForwardedStore, type OpenStore } from "../connect/open-store.ts";
import type { EtcdTls } from "../etcd/etcd-target.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { PortForwardRefusedError } from "../kubernetes/errors.ts";
import { describePod, listPods, podName } from "../kubernetes/pods.ts";
import { openPortForward } from "../kubernetes/port-forward.ts";
import { memberState, type MemberState } from "./member-state.ts";

/** A member whose etcd runs. */
export interface RunningMember {
  /** Its pod's name. */
  readonly name: string;
  open(): Promise<OpenStore>;
}

/** The members' pods, told apart as `memberState` does. */
export interface FoundMembers {
  readonly running: readonly RunningMember[];
  /** Descriptions of the pods. */
  readonly paused: readonly string[];
  readonly over: readonly string[];
}

/** Raises what listing the pods raises. */
export async function findMembers(cluster: ClusterClient, address: EtcdClusterAddress): Promise<FoundMembers> {
  const { namespace, etcdCluster } = address;
  const pods = await listPods(cluster, namespace, membersOf(etcdCluster));
  const ofState = (state: MemberState) => pods.filter((pod) => memberState(pod) === state);
  return {
    running: ofState("running").map((pod) => ({
      name: podName(pod),
      open: async () => openMember(cluster, namespace, podName(pod), await readMemberTls(cluster, address)),
    })),
    paused: ofState("paused").map(describePod),
    over: ofState("over").map(describePod),
  };
}

async function openMember(cluster: ClusterClient, namespace: string, pod: string, tls: EtcdTls): Promise<OpenStore> {
  const forward = await openPortForward(cluster, {
    namespace,
    choosePod: () => Promise.resolve(pod),
    port: memberClientPort,
  });
  const store = openForwardedStore(`member ${pod} in namespace ${namespace}`, forward, tls);
  const refused = (error: unknown): never => {
    const reason = forward.lastError?.();
    throw reason instanceof PortForwardRefusedError ? reason : error;
  };
  return { ...store, status: () => store.status().catch(refused) };
}
