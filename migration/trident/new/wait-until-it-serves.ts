import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { describeFailure } from "../../wording/describe-failure.ts";
import { describePod, isActive, isReady, listPods, podName } from "../../kubernetes/pods.ts";
import { openPortForward, type PortForward } from "../../kubernetes/port-forward.ts";
import { seenDone, seenSoFar, waitUntil, type Look, type Patience } from "../../kubernetes/wait-until.ts";
import { restPort } from "../rest/trident-serving.ts";
import { NewTridentNotServingError } from "./errors.ts";
import { describeLengths, hasAll, type ListLengths } from "../rest/expected-lists.ts";
import { lastLogLines } from "../log/last-log-lines.ts";
import { listsOfPod } from "../rest/lists-of-pod.ts";
import { troubleOfDeployment } from "./new-trident-trouble.ts";
import { findNewTrident, newTridentPods, type NewTridentSpec } from "./new-trident.ts";

export interface AwaitedTrident extends Patience {
  readonly namespace: string;
  readonly spec: NewTridentSpec;
  readonly expected: ListLengths;
}

/**
 * Waits until the new Trident's pod is ready and its REST API lists all that is expected; no longer than there is hope.
 * Answers with when it first listed that. Raises NewTridentNotServingError, with the end of its log, or the reason of the
 * interruption.
 */
export async function waitUntilItServes(cluster: ClusterClient, trident: AwaitedTrident): Promise<Date> {
  const { namespace, spec, expected, timeoutSeconds, interruption } = trident;
  const found: Found = { pod: undefined, lists: undefined, listedAt: undefined };
  const forward = await openPortForward(cluster, {
    namespace,
    choosePod: async () => {
      const pod = await newestPod(cluster, trident);
      if (pod === undefined) throw new Error("there is no pod of the new Trident");
      return podName(pod);
    },
    port: restPort,
  });
  try {
    const awaited = `the new Trident in namespace ${namespace} to list ${describeLengths(expected)}`;
    return await waitUntil({ awaited, timeoutSeconds, interruption, intervalMilliseconds: 200 }, () =>
      look(cluster, trident, forward, found),
    );
  } catch (error) {
    if (interruption?.aborted === true) throw error;
    const log = found.pod === undefined ? [] : await lastLogLines(cluster, namespace, found.pod);
    const image = spec.template.spec?.containers[0]?.image ?? "unknown image";
    const reason = describeFailure(error);
    throw new NewTridentNotServingError({ namespace, image, expected, found: found.lists, reason, log });
  } finally {
    await forward.close();
  }
}

/** What was seen last, for the message. */
interface Found {
  pod: V1Pod | undefined;
  lists: ListLengths | undefined;
  listedAt: Date | undefined;
}

/** Raises an Error when there is nothing to hope for. */
async function look(
  cluster: ClusterClient,
  trident: AwaitedTrident,
  forward: PortForward,
  found: Found,
): Promise<Look<Date>> {
  const pod = await newestPod(cluster, trident);
  if (pod === undefined) {
    const trouble = troubleOfDeployment(await findNewTrident(cluster, trident.namespace));
    return seenSoFar(trouble ?? "no pod");
  }
  found.pod = pod;
  const listed = await listsOfPod(cluster, trident.namespace, pod, forward);
  if (!listed.done) return listed;
  found.lists = listed.value;
  if (!hasAll(listed.value, trident.expected)) throw new Error("part of it is missing");
  found.listedAt ??= new Date();
  return isReady(pod) ? seenDone(found.listedAt) : seenSoFar(`${describePod(pod)}, not ready`);
}

async function newestPod(cluster: ClusterClient, { namespace, spec }: AwaitedTrident): Promise<V1Pod | undefined> {
  const pods = await listPods(cluster, namespace, newTridentPods(spec));
  return pods.filter((pod) => isActive(pod) && pod.metadata?.deletionTimestamp === undefined).at(-1);
}
