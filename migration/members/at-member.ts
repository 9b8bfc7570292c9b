import { memberClientPort } from "../connect/cluster-members.ts";
import { EtcdError, EtcdUnreachableError } from "../etcd/errors.ts";
import type { MemberAddress } from "../etcd/etcd-target.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { openPortForward } from "../kubernetes/port-forward.ts";
import { describeFailure } from "../wording/describe-failure.ts";

/** A member by its pod, and the port in it; that for clients where none is named. */
export interface MemberPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly port?: number;
}

/** Does something at one member, over a port-forward of its own. Raises an Error whose message says why it could not be done. */
export async function atMember<T>(
  cluster: ClusterClient,
  { namespace, pod, port = memberClientPort }: MemberPlace,
  call: (place: MemberAddress) => Promise<T>,
): Promise<T> {
  const forward = await openPortForward(cluster, { namespace, choosePod: () => Promise.resolve(pod), port });
  try {
    return await call({ host: forward.host, port: forward.port });
  } catch (error) {
    // The local port says nothing to anybody; the port-forward often knows the reason.
    const reason = error instanceof EtcdUnreachableError ? forward.lastFailure() : undefined;
    const said = error instanceof EtcdError ? error.message.replace(`etcd at ${error.endpoint}: `, "") : undefined;
    throw new Error(reason ?? said ?? describeFailure(error), { cause: error });
  } finally {
    await forward.close();
  }
}
