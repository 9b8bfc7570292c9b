import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { isActive } from "../kubernetes/pods.ts";

/**
 * What a member's pod has to do with its etcd's data, which is in the pod's own volume and outlives a container, not the pod:
 * - `running`: its etcd runs, as far as Kubernetes knows: it is there to be asked;
 * - `paused`: its etcd has run and may run again, with all that it holds;
 * - `over`: it has ended for good, or it never ran: there is nothing to be had of it.
 */
export type MemberState = "running" | "paused" | "over";

/** As the etcd-operator names it; whatever an admission webhook has put beside it does not count. */
const etcdContainer = "etcd";

export function memberState(pod: V1Pod): MemberState {
  if (!isActive(pod)) return "over";
  const etcd = etcdOf(pod.status?.containerStatuses ?? []);
  // A kubelet that is gone says nothing any more; a pod that is only on its way has no data yet.
  if (etcd === undefined) return ["Running", "Unknown"].includes(pod.status?.phase ?? "") ? "running" : "over";
  if (etcd.state?.running !== undefined) return "running";
  return hasRun(etcd) && mayRunAgain(pod, etcd) ? "paused" : "over";
}

function etcdOf(statuses: readonly V1ContainerStatus[]): V1ContainerStatus | undefined {
  const isRunning = ({ state }: V1ContainerStatus): boolean => state?.running !== undefined;
  return statuses.find(({ name }) => name === etcdContainer) ?? statuses.find(isRunning) ?? statuses[0];
}

function hasRun({ state, lastState, restartCount }: V1ContainerStatus): boolean {
  return state?.terminated !== undefined || lastState?.terminated !== undefined || restartCount > 0;
}

function mayRunAgain(pod: V1Pod, { state }: V1ContainerStatus): boolean {
  if (pod.metadata?.deletionTimestamp !== undefined) return false;
  return state?.terminated === undefined || pod.spec?.restartPolicy !== "Never";
}
