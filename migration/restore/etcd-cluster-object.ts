import { membersOf } from "../connect/cluster-members.ts";
import type { EtcdClusterAddress } from "../connect/etcd-address.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isConflict, isNotFound, WaitTimeoutError } from "../kubernetes/errors.ts";
import { etcdClustersPath } from "../kubernetes/etcd-cluster-api.ts";
import { describePod, listPods } from "../kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../kubernetes/wait-until.ts";
import type { EtcdClusterManifest } from "./restore-port.ts";

/** As the server stores it. */
export interface StoredEtcdCluster {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly uid?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly { readonly manager?: string; readonly operation?: string }[];
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

export async function readEtcdCluster(
  cluster: ClusterClient,
  address: EtcdClusterAddress,
): Promise<StoredEtcdCluster | undefined> {
  try {
    return (await cluster.requestJson({ method: "GET", path: pathOf(address) })) as StoredEtcdCluster;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What makes the same one again, for the stack that has made it as well: who applied it is to have its fields again. */
export function manifestOf(
  stored: StoredEtcdCluster,
  { namespace, etcdCluster }: EtcdClusterAddress,
): EtcdClusterManifest {
  const { apiVersion = "", kind = "", metadata = {}, spec } = stored;
  const { uid = "", labels, annotations, managedFields = [] } = metadata;
  const owner = managedFields.find(
    ({ manager = "", operation }) => operation === "Apply" && manager.startsWith("pulumi-kubernetes"),
  );
  return {
    ...{ apiVersion, kind, spec },
    metadata: {
      ...{ name: etcdCluster, namespace, uid },
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...(owner?.manager === undefined ? {} : { fieldManager: owner.manager }),
  };
}

/** Pods that are not gone keep their EtcdCluster from being made anew. */
export class LostMembersRemainError extends Error {
  override readonly name = "LostMembersRemainError";

  constructor({ namespace, etcdCluster }: EtcdClusterAddress, seen: string, cause: unknown) {
    super(
      `the lost EtcdCluster ${etcdCluster} in namespace ${namespace} is deleted and not gone (${seen}). See what keeps it, such as a ` +
        `node that does not answer; \`kubectl --namespace ${namespace} delete pod --selector ${membersOf(etcdCluster)} --force ` +
        `--grace-period 0\` removes its pods`,
      { cause },
    );
  }
}

/** Deletes that one and no other, and waits until it and its pods are gone. Does nothing where another one stands already. */
export async function deleteLostCluster(
  cluster: ClusterClient,
  address: EtcdClusterAddress,
  { metadata: { uid } }: EtcdClusterManifest,
  patience: Patience,
): Promise<void> {
  let seen = "";
  try {
    await waitUntil({ ...patience, awaited: "the lost EtcdCluster to be gone" }, async () => {
      const found = await readEtcdCluster(cluster, address);
      if (found !== undefined && found.metadata?.uid !== uid) return seenDone(undefined);
      if (found !== undefined && found.metadata?.deletionTimestamp === undefined)
        await deleteOne(cluster, address, uid);
      // Kubernetes deletes them once it is gone, whether an operator runs or not; the operator is to find none of them again.
      const pods = await listPods(cluster, address.namespace, membersOf(address.etcdCluster));
      if (found === undefined && pods.length === 0) return seenDone(undefined);
      seen = pods.length === 0 ? "it is still listed" : pods.map(describePod).join(", ");
      return seenSoFar(seen);
    });
  } catch (error) {
    throw error instanceof WaitTimeoutError ? new LostMembersRemainError(address, seen, error) : error;
  }
}

async function deleteOne(cluster: ClusterClient, address: EtcdClusterAddress, uid: string): Promise<void> {
  const body = { preconditions: { uid }, propagationPolicy: "Background" };
  try {
    await cluster.requestJson({ method: "DELETE", path: pathOf(address), body });
  } catch (error) {
    // Another one has taken its place, or it is gone: the next look sees which.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

/** Where objects are applied, in the name of whom applied the one before; else by POST. One that is there is left as it is. */
export async function createClusterAgain(
  cluster: ClusterClient,
  address: EtcdClusterAddress,
  { apiVersion, kind, metadata: former, spec, fieldManager }: EtcdClusterManifest,
): Promise<void> {
  if ((await readEtcdCluster(cluster, address)) !== undefined) return;
  // Another one gets a uid of its own.
  const metadata = { ...former, uid: undefined };
  const body = { apiVersion, kind, metadata, spec };
  if (fieldManager === undefined) {
    await cluster.requestJson({ method: "POST", path: etcdClustersPath(address.namespace), body });
    return;
  }
  const query = `fieldManager=${encodeURIComponent(fieldManager)}&force=true`;
  await cluster.requestJson({ method: "PATCH", path: `${pathOf(address)}?${query}`, body });
}

function pathOf({ namespace, etcdCluster }: EtcdClusterAddress): string {
  return `${etcdClustersPath(namespace)}/${etcdCluster}`;
}
