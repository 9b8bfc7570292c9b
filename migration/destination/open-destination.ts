import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { describePod, isReady, listPods, podName } from "../kubernetes/pods.ts";
import { openPortForward } from "../kubernetes/port-forward.ts";
import { openForwardedStore, type OpenStore } from "../stores/forwarded-store.ts";
import { readClientSecret } from "./client-secret.ts";

export interface DestinationRequest {
  readonly namespace: string;
  /** The EtcdCluster's name. */
  readonly etcdCluster: string;
  /** The Secret with the client's certificate. */
  readonly clientSecret: string;
}

/** No member of the new etcd cluster is ready to be written to. */
export class NoReadyMemberError extends Error {
  override readonly name = "NoReadyMemberError";

  constructor(request: DestinationRequest, seen: string) {
    super(
      `The etcd cluster ${request.etcdCluster} in namespace ${request.namespace} has no ready member (${seen}). See ` +
        `\`kubectl --namespace ${request.namespace} describe etcdcluster ${request.etcdCluster}\` and its pods, labelled ` +
        `${memberSelector(request)}, then run \`pulumi up\` again.`,
    );
  }
}

/**
 * The new etcd, through one of its ready members, over TLS with the client's certificate. Asks it for its status, so that
 * a TLS failure shows at once. Raises ClientSecretError, NoReadyMemberError, or the store's error.
 */
export async function openDestination(cluster: ClusterClient, request: DestinationRequest): Promise<OpenStore> {
  const { namespace, etcdCluster } = request;
  const material = await readClientSecret(cluster, namespace, request.clientSecret);
  await findReadyMember(cluster, request);
  const forward = await openPortForward(cluster, {
    namespace,
    choosePod: () => findReadyMember(cluster, request),
    port: clientPort,
  });
  const tls = { ...material, serverName: `${etcdCluster}-client.${namespace}.svc` };
  const store = openForwardedStore(`the etcd cluster ${etcdCluster} in namespace ${namespace}`, forward, tls);
  try {
    await store.status();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The port on which the etcd-operator's members take clients. */
const clientPort = 2379;

async function findReadyMember(cluster: ClusterClient, request: DestinationRequest): Promise<string> {
  const pods = await listPods(cluster, request.namespace, memberSelector(request));
  const ready = pods.find(isReady);
  if (ready === undefined) {
    throw new NoReadyMemberError(request, pods.length === 0 ? "no pod" : pods.map(describePod).join(", "));
  }
  return podName(ready);
}

/** The labels that the etcd-operator gives its members. */
export function memberSelector(request: { readonly etcdCluster: string }): string {
  return `app=etcd,etcd_cluster=${request.etcdCluster}`;
}
