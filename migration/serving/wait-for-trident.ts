import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { describePod, isActive, isReady, listPods, podName } from "../kubernetes/pods.ts";
import { openPortForward } from "../kubernetes/port-forward.ts";
import { seenDone, seenSoFar, waitUntil, type Look, type Patience } from "../kubernetes/wait-until.ts";
import { readDeployment } from "../trident/legacy/legacy-trident.ts";
import { restPort } from "../trident/rest/trident-serving.ts";
import { listsOfPod } from "../trident/rest/wait-until-it-lists.ts";
import { newTridentPods } from "../trident/new/new-trident.ts";
import { troubleOfDeployment } from "../trident/rest/trident-trouble.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";

/** An `up` is not to end well while Trident does not serve. */
export class TridentNotServingError extends Error {
  override readonly name = "TridentNotServingError";

  constructor(trident: { readonly namespace: string; readonly deployment: string }, seen: string) {
    const { namespace, deployment } = trident;
    super(
      `Trident (Deployment ${deployment} in namespace ${namespace}) does not serve: ${withoutFullStop(seen)}. See ` +
        `\`kubectl --namespace ${namespace} describe deployment ${deployment}\` and \`kubectl --namespace ${namespace} logs ` +
        `deployment/${deployment}\`, put that right and run \`pulumi up\` again.`,
    );
    this.stack = "";
  }
}

export interface TridentPlace {
  readonly namespace: string;
  readonly deployment: string;
}

/**
 * Waits until this stack's Deployment of Trident has one ready pod whose REST API lists; no longer than there is hope. Raises
 * TridentNotServingError, or the reason of the interruption.
 */
export async function waitForTrident(cluster: ClusterClient, trident: TridentPlace, patience: Patience): Promise<void> {
  try {
    const awaited = `Trident in Deployment ${trident.deployment} to serve`;
    await waitUntil({ ...patience, awaited, intervalMilliseconds: 500 }, () => checkTrident(cluster, trident));
  } catch (error) {
    if (patience.interruption?.aborted === true) throw error;
    throw new TridentNotServingError(trident, describeFailure(error));
  }
}

/** Looks once. Raises an Error when there is nothing to hope for. */
export async function checkTrident(cluster: ClusterClient, trident: TridentPlace): Promise<Look<undefined>> {
  const { namespace, deployment: name } = trident;
  const deployment = await readDeployment(cluster, namespace, name);
  if (deployment === undefined) throw new Error("there is no such Deployment");
  if ((deployment.spec?.replicas ?? 1) === 0) throw new Error("it is at 0 replicas");
  const pods = (await listPods(cluster, namespace, podsOf(deployment))).filter(isActive);
  const leaving = pods.find(({ metadata }) => metadata?.deletionTimestamp !== undefined);
  if (leaving !== undefined) return seenSoFar(describePod(leaving));
  const [pod, another] = pods;
  if (pod === undefined) return seenSoFar(troubleOfDeployment(deployment) ?? "no pod");
  if (another !== undefined) return seenSoFar(`it has more than one pod: ${pods.map(podName).join(", ")}`);
  return checkPod(cluster, namespace, pod);
}

async function checkPod(cluster: ClusterClient, namespace: string, pod: V1Pod): Promise<Look<undefined>> {
  const choosePod = () => Promise.resolve(podName(pod));
  const forward = await openPortForward(cluster, { namespace, choosePod, port: restPort });
  try {
    const lists = await listsOfPod(cluster, namespace, pod, forward);
    if (!lists.done) return lists;
    return isReady(pod) ? seenDone(undefined) : seenSoFar(`${describePod(pod)}, not ready`);
  } finally {
    await forward.close();
  }
}

/** Not an old Trident's, whose labels its pods may share. */
export function podsOf(deployment: V1Deployment): string {
  return newTridentPods(deployment.spec ?? { selector: { matchLabels: { app: "trident.netapp.io" } } });
}
