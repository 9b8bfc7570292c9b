import type { CoreV1Event, V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "./cluster-client.ts";

/** Why a pod does not start. */
export interface PodTrouble {
  /** In the kubelet's or the scheduler's own words. */
  readonly reason: string;
  /** Whether waiting longer is pointless. A volume or a node may still come; an image that can't be pulled won't. */
  readonly final: boolean;
}

/** Reads the pod's events only when its status alone does not tell. */
export async function findPodTrouble(
  cluster: ClusterClient,
  namespace: string,
  pod: V1Pod,
): Promise<PodTrouble | undefined> {
  const fromStatus = troubleInStatus(pod);
  if (fromStatus?.final === true) return fromStatus;
  return troubleInEvents(await readEvents(cluster, namespace, pod)) ?? fromStatus;
}

const finalWaitingReasons = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);

export function troubleInStatus(pod: V1Pod): PodTrouble | undefined {
  for (const status of [...failedInit(pod), ...(pod.status?.containerStatuses ?? [])]) {
    const waiting = status.state?.waiting;
    if (waiting?.reason !== undefined && finalWaitingReasons.has(waiting.reason)) {
      return { reason: `${waiting.reason} for image ${status.image}: ${waiting.message ?? "no message"}`, final: true };
    }
    const ended = describeEnd(status);
    if (ended !== undefined) return { reason: ended, final: true };
  }
  const unscheduled = pod.status?.conditions?.find((each) => each.type === "PodScheduled" && each.status === "False");
  if (unscheduled === undefined) return undefined;
  return {
    reason: `${unscheduled.reason ?? "Unscheduled"}: ${unscheduled.message ?? "no node takes it"}`,
    final: false,
  };
}

/** Init containers are to end; only one that waits, or ended with a failure, is a trouble. */
function failedInit(pod: V1Pod): V1ContainerStatus[] {
  const statuses = pod.status?.initContainerStatuses ?? [];
  return statuses.filter(({ state }) => state?.terminated?.exitCode !== 0);
}

const troublingEvents = new Set(["FailedMount", "FailedAttachVolume", "FailedScheduling", "FailedCreatePodSandBox"]);

export function troubleInEvents(events: readonly CoreV1Event[]): PodTrouble | undefined {
  const last = events.filter((event) => troublingEvents.has(event.reason ?? "")).at(-1);
  if (last === undefined) return undefined;
  return { reason: `${last.reason ?? ""}: ${last.message ?? "no message"}`, final: false };
}

/** What a kubelet said last of an image that it could not pull; undefined where its events don't tell, or can't be read. */
export async function lastFailedPull(
  cluster: ClusterClient,
  namespace: string,
  pod: V1Pod,
): Promise<string | undefined> {
  const events = await readEvents(cluster, namespace, pod);
  return events.findLast(
    ({ reason, message = "" }) => reason === "Failed" && message.startsWith("Failed to pull image"),
  )?.message;
}

function describeEnd(status: V1ContainerStatus): string | undefined {
  const terminated = status.state?.terminated;
  if (terminated === undefined) return undefined;
  const words = lastLine(terminated.message);
  return `its container ${status.name} ended with exit code ${terminated.exitCode}${words === "" ? "" : ` (${words})`}`;
}

// With terminationMessagePolicy FallbackToLogsOnError the message is the log's end; its last line says why.
function lastLine(message: string | undefined): string {
  const lines = (message ?? "").trim().split("\n");
  return (lines.at(-1) ?? "").trim().slice(0, 300);
}

async function readEvents(cluster: ClusterClient, namespace: string, pod: V1Pod): Promise<CoreV1Event[]> {
  const name = pod.metadata?.name ?? "";
  try {
    const events = await cluster.core.listNamespacedEvent({ namespace, fieldSelector: `involvedObject.name=${name}` });
    return events.items;
  } catch {
    // Events only explain; being unable to read them must not hide what is being explained.
    return [];
  }
}
