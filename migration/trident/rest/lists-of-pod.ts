import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { describePod } from "../../kubernetes/pods.ts";
import { findPodTrouble } from "../../kubernetes/pod-trouble.ts";
import type { PortForward } from "../../kubernetes/port-forward.ts";
import { seenDone, seenSoFar, type Look } from "../../kubernetes/wait-until.ts";
import { askForLists } from "./ask-for-lists.ts";
import type { ListLengths } from "./expected-lists.ts";
import { troubleOfNewTrident } from "../new/new-trident-trouble.ts";

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
  const trouble = troubleOfNewTrident(pod);
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
