import { memberClientPort, memberServerName, membersOf } from "../endpoints/cluster-members.ts";
import { readClientSecret } from "../endpoints/client-secret.ts";
import type { EtcdTls } from "../etcd/etcd-store.ts";
import { connectToCluster, type ClusterAccess, type ClusterClient } from "../kubernetes/cluster-client.ts";
import { describePod, listPods, podName } from "../kubernetes/pods.ts";
import { openPortForward } from "../kubernetes/port-forward.ts";
import { saveSnapshot } from "../snapshot/save-snapshot.ts";
import { prepareSnapshotDirectory } from "../snapshot/snapshot-directory.ts";
import { openForwardedStore, type OpenStore } from "../stores/forwarded-store.ts";
import type { LastEtcd } from "./final-snapshot-errors.ts";
import type { FinalSnapshotEnvironment } from "./final-snapshot.ts";
import { mayAnswer } from "./members-gone.ts";

export interface FinalSnapshotRequest extends LastEtcd {
  readonly cluster: ClusterAccess;
  /** The Secret with the client's certificate. */
  readonly clientSecret: string;
}

/** Raises ClusterUnreachableError when the kubeconfig leads to no cluster. */
export function finalSnapshotOnCluster(request: FinalSnapshotRequest): FinalSnapshotEnvironment {
  const cluster = connectToCluster(request.cluster);
  const { namespace, etcdCluster, snapshotDirectory, isTrial = false } = request;
  let credentials: Promise<EtcdTls> | undefined;
  return {
    etcd: { namespace, etcdCluster, snapshotDirectory, isTrial },
    findMembers: async () => {
      const pods = await listPods(cluster, namespace, membersOf(etcdCluster));
      const running = pods.filter(mayAnswer).map((pod) => ({
        name: podName(pod),
        open: async () => {
          credentials ??= readCredentials(cluster, request);
          return openMember(cluster, namespace, podName(pod), await credentials);
        },
      }));
      return { running, others: pods.filter((pod) => !mayAnswer(pod)).map(describePod) };
    },
    save: async (content) => {
      if (!isTrial) return saveSnapshot({ content, directory: snapshotDirectory, namespace, at: new Date() });
      await prepareSnapshotDirectory(snapshotDirectory);
      return "";
    },
  };
}

async function readCredentials(cluster: ClusterClient, request: FinalSnapshotRequest): Promise<EtcdTls> {
  const { namespace, clientSecret } = request;
  const material = await readClientSecret(cluster, namespace, clientSecret);
  return { ...material, serverName: memberServerName(request) };
}

async function openMember(cluster: ClusterClient, namespace: string, pod: string, tls: EtcdTls): Promise<OpenStore> {
  const forward = await openPortForward(cluster, {
    namespace,
    choosePod: () => Promise.resolve(pod),
    port: memberClientPort,
  });
  return openForwardedStore(`member ${pod} in namespace ${namespace}`, forward, tls);
}
