import { memberClientPort, membersOf } from "../connect/cluster-members.ts";
import { readMemberTls } from "../connect/client-secret.ts";
import type { EtcdTls } from "../etcd/etcd-target.ts";
import { connectToCluster, type ClusterAccess, type ClusterClient } from "../kubernetes/cluster-client.ts";
import { PortForwardRefusedError } from "../kubernetes/errors.ts";
import { describePod, listPods, podName } from "../kubernetes/pods.ts";
import { openUntil } from "../kubernetes/connections/request-gate.ts";
import { openPortForward } from "../kubernetes/port-forward.ts";
import type { SnapshotFolder } from "../snapshot/snapshot-folder.ts";
import { openForwardedStore, type OpenStore } from "../connect/open-store.ts";
import type { LastEtcd } from "./final-snapshot-errors.ts";
import type { FinalSnapshotEnvironment } from "./final-snapshot.ts";
import { readRecordedClusterIds } from "../record/recorded-cluster-ids.ts";
import { memberState, type MemberState } from "../members/member-state.ts";

export interface FinalSnapshotRequest extends Omit<LastEtcd, "snapshotDirectory"> {
  readonly cluster: ClusterAccess;
  readonly folder: SnapshotFolder;
  /** The Secret with the client's certificate. */
  readonly clientSecret: string;
  /** The ConfigMap in which the stack has recorded which etcd it has; absent where it records nothing. */
  readonly record?: string;
}

/** A load balancer that changes over or a kubelet that starts anew is back by then. */
const patience = { seconds: 60, pauseMilliseconds: 3000 };

/** An interruption ends what is under way. Raises ClusterUnreachableError when the kubeconfig leads to no cluster. */
export function finalSnapshotOnCluster(
  request: FinalSnapshotRequest,
  interruption: AbortSignal = new AbortController().signal,
): FinalSnapshotEnvironment {
  const cluster = connectToCluster(request.cluster).behind(openUntil(interruption));
  const { namespace, etcdCluster, folder, isTrial = false, record, advice } = request;
  const { directory: snapshotDirectory } = folder;
  return {
    etcd: { namespace, etcdCluster, snapshotDirectory, isTrial, ...(advice === undefined ? {} : { advice }) },
    patience,
    findMembers: async () => {
      const pods = await listPods(cluster, namespace, membersOf(etcdCluster));
      const ofState = (state: MemberState) => pods.filter((pod) => memberState(pod) === state);
      return {
        running: ofState("running").map((pod) => ({
          name: podName(pod),
          open: async () => openMember(cluster, namespace, podName(pod), await readMemberTls(cluster, request)),
        })),
        paused: ofState("paused").map(describePod),
        over: ofState("over").map(describePod),
      };
    },
    ...(record === undefined
      ? {}
      : { findKnownClusterIds: () => readRecordedClusterIds(cluster, { namespace, record }) }),
    save: async (content, databaseBytes) => {
      if (!isTrial) return folder.save(content, interruption);
      await folder.prepare();
      await folder.checkRoom(databaseBytes);
      return "";
    },
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
