import { connectToCluster, type ClusterAccess } from "../kubernetes/cluster-client.ts";
import { openUntil } from "../kubernetes/connections/request-gate.ts";
import { findMembers } from "../members/find-members.ts";
import { readRecordedClusterIds } from "../record/recorded-cluster-ids.ts";
import type { SnapshotFolder } from "../snapshot/snapshot-folder.ts";
import type { LastEtcd } from "./final-snapshot-errors.ts";
import type { FinalSnapshotEnvironment } from "./final-snapshot.ts";

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
    findMembers: () => findMembers(cluster, request),
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
