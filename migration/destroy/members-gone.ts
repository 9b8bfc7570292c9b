import { membersOf } from "../connect/cluster-members.ts";
import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { WaitTimeoutError } from "../kubernetes/errors.ts";
import { describePod, listPods, podName } from "../kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil } from "../kubernetes/wait-until.ts";

export interface MembersRequest {
  readonly namespace: string;
  readonly etcdCluster: string;
  readonly timeoutSeconds: number;
}

/** Members outlive the EtcdCluster that they belonged to. */
export class MembersRemainError extends Error {
  override readonly name = "MembersRemainError";

  constructor({ namespace, etcdCluster, timeoutSeconds }: MembersRequest, pods: string, cause: unknown) {
    super(
      `The members of EtcdCluster ${etcdCluster} in namespace ${namespace} are not gone ${timeoutSeconds} s after it was ` +
        `deleted (${pods}). See what keeps them, such as a node that does not answer; \`kubectl --namespace ${namespace} ` +
        `delete pod --selector ${membersOf(etcdCluster)} --force --grace-period 0\` removes them. Then run \`pulumi destroy\` again.`,
      { cause },
    );
  }
}

/**
 * Waits until no pod of the cluster's members is left. Kubernetes itself deletes them once their EtcdCluster is gone, whether an
 * operator runs or not. Raises MembersRemainError.
 */
export async function waitUntilMembersAreGone(
  cluster: ClusterClient,
  request: MembersRequest,
  report: (line: string) => void,
): Promise<void> {
  const { namespace, etcdCluster, timeoutSeconds } = request;
  const find = (): Promise<V1Pod[]> => listPods(cluster, namespace, membersOf(etcdCluster));
  // Not within the wait, which takes a cluster that can't be reached for one that is away for a moment.
  const first = await find();
  if (first.length === 0) return;
  report(`Waiting until the pods of EtcdCluster ${etcdCluster} are gone: ${first.map(podName).join(", ")}.`);
  let last = "";
  try {
    await waitUntil({ awaited: "the members to be gone", timeoutSeconds }, async () => {
      const pods = await find();
      last = pods.map(describePod).join(", ");
      return pods.length === 0 ? seenDone(undefined) : seenSoFar(last);
    });
  } catch (error) {
    throw error instanceof WaitTimeoutError ? new MembersRemainError(request, last, error) : error;
  }
}
