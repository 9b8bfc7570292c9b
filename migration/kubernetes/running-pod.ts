import type { ClusterClient } from "./cluster-client.ts";
import { PodNotStartingError } from "./errors.ts";
import { findPodTrouble } from "./pod-trouble.ts";
import { describePod, isContainerRunning, readPod } from "./pods.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "./wait-until.ts";

/** A pod of ours that was just made. */
export interface AwaitedPod {
  readonly namespace: string;
  readonly name: string;
  /** All that are to run. */
  readonly containers: readonly string[];
  /** Completes `Waited 300 s for ...`. */
  readonly awaited: string;
  /** What to do when it can't start. */
  readonly wayOut: string;
}

/** Raises PodNotStartingError with the kubelet's reason, or WaitTimeoutError. */
export async function waitUntilPodRuns(cluster: ClusterClient, pod: AwaitedPod, patience: Patience): Promise<void> {
  const { namespace, name, containers, awaited, wayOut } = pod;
  await waitUntil({ awaited, ...patience, intervalMilliseconds: 300 }, async () => {
    const found = await readPod(cluster, namespace, name);
    if (found === undefined) throw new PodNotStartingError(namespace, name, "somebody deleted it", runAgain);
    if (containers.every((container) => isContainerRunning(found, container))) return seenDone(undefined);
    const trouble = await findPodTrouble(cluster, namespace, found);
    if (trouble?.final === true) throw new PodNotStartingError(namespace, name, trouble.reason, wayOut);
    return seenSoFar(trouble?.reason ?? describePod(found));
  });
}

const runAgain = "Find out who did, and run this again.";
