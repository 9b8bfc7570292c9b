import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isConflict, isNotFound } from "../kubernetes/errors.ts";
import { isOurs } from "../kubernetes/ownership.ts";
import { describePod, isActive, isReady, listPods, podName } from "../kubernetes/pods.ts";
import { openPortForward, type PortForward } from "../kubernetes/port-forward.ts";
import { seenDone, seenSoFar, waitUntil, type Look, type Patience } from "../kubernetes/wait-until.ts";
import { readDeployment, type LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import { createAnew } from "../trident/legacy/restore-legacy-trident.ts";
import { restPort } from "../trident/rest/trident-serving.ts";
import { describeLengths, hasAll, type ListLengths } from "../trident/rest/expected-lists.ts";
import { lastLogLines } from "../trident/log/last-log-lines.ts";
import { listsOfPod } from "../trident/rest/lists-of-pod.ts";
import { OldTridentNotServingError } from "./errors.ts";

/** Makes the old Deployment anew, with all fields that it had. Answers with its uid. */
export async function createOldTrident(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  record: MigrationRecord,
): Promise<string> {
  try {
    await createAnew(cluster, legacy, record.legacyDeployment);
  } catch (error) {
    // Another one that took the name meanwhile is not ours to remove. After a lost answer what counts is whether it is there.
    if (isConflict(error) || (await readDeployment(cluster, legacy.namespace, legacy.name)) === undefined) throw error;
  }
  const made = await readDeployment(cluster, legacy.namespace, legacy.name);
  return made?.metadata?.uid ?? "";
}

/** Deletes it on the condition that it has that uid, and waits until nothing of its pods runs. */
export async function removeOldTrident(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  uid: string,
  timeoutSeconds: number,
): Promise<void> {
  const { namespace, name, selector } = legacy;
  const body = { preconditions: { uid }, propagationPolicy: "Foreground" };
  await cluster.apps.deleteNamespacedDeployment({ namespace, name, body }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
  const awaited = `Deployment ${name} in namespace ${namespace} and its pods to be gone`;
  await waitUntil({ awaited, timeoutSeconds, intervalMilliseconds: 200 }, async () => {
    const found = await readDeployment(cluster, namespace, name);
    if (found?.metadata?.uid === uid) return seenSoFar("it is still listed");
    const running = (await listPods(cluster, namespace, selector)).filter((pod) => isActive(pod) && !isOurs(pod));
    return running.length === 0 ? seenDone(undefined) : seenSoFar(running.map(describePod).join(", "));
  });
}

/**
 * Waits until its pod is ready and its REST API lists all that is expected; no longer than there is hope. Raises
 * OldTridentNotServingError, or the reason of the interruption.
 */
export async function waitUntilOldTridentServes(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  expected: ListLengths,
  patience: Patience,
): Promise<void> {
  const { namespace, name } = legacy;
  let pod: V1Pod | undefined;
  const forward = await openPortForward(cluster, {
    namespace,
    choosePod: async () => {
      const found = await newestPod(cluster, legacy);
      if (found === undefined) throw new Error(`there is no pod of Deployment ${name}`);
      return podName(found);
    },
    port: restPort,
  });
  try {
    const awaited = `Deployment ${name} in namespace ${namespace} to list ${describeLengths(expected)}`;
    await waitUntil({ awaited, ...patience, intervalMilliseconds: 200 }, async () => {
      pod = (await newestPod(cluster, legacy)) ?? pod;
      return look(cluster, namespace, pod, forward, expected);
    });
  } catch (reason) {
    if (patience.interruption?.aborted === true) throw reason;
    const log = pod === undefined ? [] : await lastLogLines(cluster, namespace, pod);
    throw new OldTridentNotServingError({ legacy, expected, reason, log });
  } finally {
    await forward.close();
  }
}

async function look(
  cluster: ClusterClient,
  namespace: string,
  pod: V1Pod | undefined,
  forward: PortForward,
  expected: ListLengths,
): Promise<Look<undefined>> {
  if (pod === undefined) return seenSoFar("no pod");
  const listed = await listsOfPod(cluster, namespace, pod, forward);
  if (!listed.done) return listed;
  if (!hasAll(listed.value, expected)) throw new Error(`it lists ${describeLengths(listed.value)}`);
  return isReady(pod) ? seenDone(undefined) : seenSoFar(`${describePod(pod)}, not ready`);
}

async function newestPod(cluster: ClusterClient, { namespace, selector }: LegacyTrident): Promise<V1Pod | undefined> {
  const pods = await listPods(cluster, namespace, selector);
  // The new Trident may have the same labels as the old one, and ours besides.
  return pods.filter((pod) => isActive(pod) && !isOurs(pod) && pod.metadata?.deletionTimestamp === undefined).at(-1);
}
