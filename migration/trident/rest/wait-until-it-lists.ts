import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { describePod, isActive, isReady, listPods, podName } from "../../kubernetes/pods.ts";
import { findPodTrouble } from "../../kubernetes/pod-trouble.ts";
import { openPortForward, type PortForward } from "../../kubernetes/port-forward.ts";
import { seenDone, seenSoFar, waitUntil, type Look, type Patience } from "../../kubernetes/wait-until.ts";
import { lastLogLines } from "../log/last-log-lines.ts";
import { troubleOfTrident } from "./trident-trouble.ts";
import { askForLists } from "./ask-for-lists.ts";
import { describeLengths, hasAll, type ListLengths } from "./expected-lists.ts";
import { restPort } from "./trident-serving.ts";

/** A Trident whose REST API is to list at least what is expected. */
export interface AwaitedTrident extends Patience {
  readonly namespace: string;
  /** As messages call it, such as `the new Trident`. */
  readonly called: string;
  /** As the API's `labelSelector` says it. */
  readonly selector: string;
  /** Of the pods that this finds, those that are meant; all of them without it. */
  readonly isMeant?: (pod: V1Pod) => boolean;
  readonly expected: ListLengths;
  /** Why there is no pod, where that can be told. */
  readonly whyNoPod?: () => Promise<string | undefined>;
  /** Why it will not do; it lists too little, and will not list more. */
  readonly tooLittle: (found: ListLengths) => string;
  /** The error to raise when it does not come to list in time, or there is nothing to hope for. */
  readonly failure: (seen: SeenTrident) => Error;
}

/** What was seen of one that did not come to list all of it. */
export interface SeenTrident {
  readonly reason: unknown;
  /** What it listed last; undefined when it never answered. */
  readonly found: ListLengths | undefined;
  /** The last lines of its log, without secrets. */
  readonly log: readonly string[];
}

/**
 * Waits until the newest pod is ready and its REST API lists all that is expected; no longer than there is hope. Answers with when it
 * first listed that. Raises what `failure` makes, or the reason of the interruption.
 */
export async function waitUntilItLists(cluster: ClusterClient, trident: AwaitedTrident): Promise<Date> {
  const { namespace, called, expected, timeoutSeconds, interruption } = trident;
  const seen: Seen = { pod: undefined, lists: undefined, listedAt: undefined };
  const forward = await openPortForward(cluster, {
    namespace,
    choosePod: async () => {
      const pod = await newestPod(cluster, trident);
      if (pod === undefined) throw new Error(`there is no pod of ${called}`);
      return podName(pod);
    },
    port: restPort,
  });
  try {
    const awaited = `${called} in namespace ${namespace} to list ${describeLengths(expected)}`;
    return await waitUntil({ awaited, timeoutSeconds, interruption, intervalMilliseconds: 200 }, () =>
      look(cluster, trident, forward, seen),
    );
  } catch (reason) {
    if (interruption?.aborted === true) throw reason;
    const log = seen.pod === undefined ? [] : await lastLogLines(cluster, namespace, seen.pod);
    throw trident.failure({ reason, found: seen.lists, log });
  } finally {
    await forward.close();
  }
}

/** What was seen last, for the message. */
interface Seen {
  pod: V1Pod | undefined;
  lists: ListLengths | undefined;
  listedAt: Date | undefined;
}

/** Raises an Error when there is nothing to hope for. */
async function look(
  cluster: ClusterClient,
  trident: AwaitedTrident,
  forward: PortForward,
  seen: Seen,
): Promise<Look<Date>> {
  const pod = await newestPod(cluster, trident);
  if (pod === undefined) return seenSoFar((await trident.whyNoPod?.()) ?? "no pod");
  seen.pod = pod;
  const listed = await listsOfPod(cluster, trident.namespace, pod, forward);
  if (!listed.done) return listed;
  seen.lists = listed.value;
  if (!hasAll(listed.value, trident.expected)) throw new Error(trident.tooLittle(listed.value));
  seen.listedAt ??= new Date();
  return isReady(pod) ? seenDone(seen.listedAt) : seenSoFar(`${describePod(pod)}, not ready`);
}

async function newestPod(cluster: ClusterClient, trident: AwaitedTrident): Promise<V1Pod | undefined> {
  const { isMeant = () => true } = trident;
  const pods = await listPods(cluster, trident.namespace, trident.selector);
  return pods.filter((pod) => isActive(pod) && isMeant(pod) && pod.metadata?.deletionTimestamp === undefined).at(-1);
}

/**
 * What a pod of Trident lists, once it can be asked. Trident lists nothing before it has read everything: what is missing then
 * stays missing. Raises an Error when there is nothing to hope for.
 */
export async function listsOfPod(
  cluster: ClusterClient,
  namespace: string,
  pod: V1Pod,
  forward: PortForward,
): Promise<Look<ListLengths>> {
  const trouble = troubleOfTrident(pod);
  if (trouble !== undefined) throw new Error(trouble);
  if (pod.status?.phase !== "Running") {
    return seenSoFar((await findPodTrouble(cluster, namespace, pod))?.reason ?? describePod(pod));
  }
  const answer = await askForLists(forward);
  switch (answer.kind) {
    case "failed":
      throw new Error(answer.reason);
    case "notYet":
      return seenSoFar(answer.seen);
    case "lists":
      return seenDone(answer.lengths);
  }
}
