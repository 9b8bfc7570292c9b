import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isActive, listPods, podName } from "../../kubernetes/pods.ts";
import { openPortForward } from "../../kubernetes/port-forward.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../../kubernetes/wait-until.ts";
import { WaitTimeoutError } from "../../kubernetes/errors.ts";
import type { LegacyTrident } from "./legacy-trident.ts";
import { restPort } from "../rest/trident-serving.ts";
import { askForNames, type NamesAnswer } from "../rest/ask-for-lists.ts";

/**
 * What the legacy Trident lists. One that does not answer is asked again for as long as there is patience: it may be starting. That it
 * does not serve is an answer, not an error.
 */
export async function askLegacyTrident(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  patience: Patience,
): Promise<NamesAnswer> {
  const { namespace, name, selector } = legacy;
  const forward = await openPortForward(cluster, {
    namespace,
    choosePod: async () => {
      const pods = (await listPods(cluster, namespace, selector)).filter(isActive);
      const pod = pods.find(({ metadata }) => metadata?.deletionTimestamp === undefined);
      if (pod === undefined) throw new Error(`no pod of Deployment ${name} runs`);
      return podName(pod);
    },
    port: restPort,
  });
  let seen: NamesAnswer | undefined;
  try {
    const awaited = `the REST API of Deployment ${name} to answer`;
    return await waitUntil({ awaited, ...patience, intervalMilliseconds: 300 }, async () => {
      seen = await askForNames(forward);
      return seen.kind === "notYet" ? seenSoFar(seen.seen) : seenDone(seen);
    });
  } catch (error) {
    if (error instanceof WaitTimeoutError && seen !== undefined) return seen;
    throw error;
  } finally {
    await forward.close();
  }
}
