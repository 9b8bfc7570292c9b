import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { describeFailure } from "../../wording/describe-failure.ts";
import { podName } from "../../kubernetes/pods.ts";
import { redactedLines } from "./redact-log.ts";

const lines = 20;

/** The last lines that the pod's container logged, without secrets; of its last start that said anything. */
export async function lastLogLines(cluster: ClusterClient, namespace: string, pod: V1Pod): Promise<string[]> {
  try {
    const current = redactedLines(await readLog(cluster, namespace, pod, false), lines);
    if (current.length > 0 || !hasRestarted(pod)) return current;
  } catch (error) {
    if (!hasRestarted(pod)) return [`(it could not be read: ${describeFailure(error)})`];
  }
  // Between two starts there is no current log, or an empty one.
  return readLog(cluster, namespace, pod, true).then(
    (log) => redactedLines(log, lines),
    (error: unknown) => [`(it could not be read: ${describeFailure(error)})`],
  );
}

async function readLog(cluster: ClusterClient, namespace: string, pod: V1Pod, previous: boolean): Promise<string> {
  const container = pod.spec?.containers[0]?.name;
  return cluster.core.readNamespacedPodLog({
    namespace,
    name: podName(pod),
    ...(container === undefined ? {} : { container }),
    previous,
    // More than are shown: a secret that spans lines is seen from its beginning.
    tailLines: 10 * lines,
  });
}

function hasRestarted(pod: V1Pod): boolean {
  return pod.status?.containerStatuses?.some(({ restartCount }) => restartCount > 0) ?? false;
}
