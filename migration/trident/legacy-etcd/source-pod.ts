import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { describeFailure } from "../../wording/describe-failure.ts";
import { PodNotStartingError, withoutFullStop } from "../../kubernetes/errors.ts";
import { describePod, isContainerRunning, readPod, removePod } from "../../kubernetes/pods.ts";
import { findPodTrouble } from "../../kubernetes/pod-trouble.ts";
import { openPortForward, type PortForward } from "../../kubernetes/port-forward.ts";
import { seenDone, seenSoFar, waitUntil, type Look, type Patience } from "../../kubernetes/wait-until.ts";
import { openForwardedStore, type OpenStore } from "../../connect/open-store.ts";
import { sourcePod, sourcePodName } from "./legacy-pod-template.ts";
import type { PodOwner } from "../../kubernetes/helper-pod.ts";
import type { PodSettings } from "../../kubernetes/pod-settings.ts";
import type { LegacyTrident } from "../legacy/legacy-trident.ts";

/**
 * Runs the legacy etcd alone on its claim, and opens it. Nothing else may have the claim's data open: the legacy pods
 * are to be gone. On failure the pod may be left behind; `removeSourcePod` removes it.
 */
export async function openSourcePod(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  owner: PodOwner,
  patience: Patience,
  settings: PodSettings = {},
): Promise<OpenStore> {
  const description = `the embedded etcd on PersistentVolumeClaim ${legacy.claim} (pod ${sourcePodName})`;
  return openEtcdPod(
    cluster,
    legacy,
    { body: sourcePod(legacy, owner, settings), description, wayOut: wayOut(legacy) },
    patience,
  );
}

/** A pod under the name of the source pod, whose etcd has the legacy one's name and port. */
export interface EtcdPod {
  readonly body: V1Pod;
  /** What its etcd is called in messages. */
  readonly description: string;
  /** What to do when it can't start. */
  readonly wayOut: string;
}

/** Makes the pod in the place of any that is left, and opens its etcd. Raises PodNotStartingError. */
export async function openEtcdPod(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  pod: EtcdPod,
  patience: Patience,
): Promise<OpenStore> {
  await removeSourcePod(cluster, legacy.namespace, patience.timeoutSeconds);
  await cluster.core.createNamespacedPod({ namespace: legacy.namespace, body: pod.body });
  const forward = await openPortForward(cluster, {
    namespace: legacy.namespace,
    choosePod: () => Promise.resolve(sourcePodName),
    port: legacy.clientPort,
  });
  try {
    return await waitUntilEtcdAnswers(cluster, legacy, pod, forward, patience);
  } catch (error) {
    await forward.close();
    throw error;
  }
}

export async function removeSourcePod(
  cluster: ClusterClient,
  namespace: string,
  timeoutSeconds: number,
): Promise<void> {
  await removePod(cluster, { namespace, name: sourcePodName }, timeoutSeconds);
}

/** Tells a person that it could not be removed, and how they can. */
export function sourcePodLeft(namespace: string, error: unknown): string {
  return (
    `Pod ${sourcePodName} could not be removed (${withoutFullStop(describeFailure(error))}): remove it with ` +
    `\`kubectl --namespace ${namespace} delete pod ${sourcePodName}\`, it holds the old Trident's volume.`
  );
}

async function waitUntilEtcdAnswers(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  etcdPod: EtcdPod,
  forward: PortForward,
  patience: Patience,
): Promise<OpenStore> {
  const { description } = etcdPod;
  const awaited = `${description} to answer on port ${legacy.clientPort}`;
  return waitUntil({ awaited, ...patience, intervalMilliseconds: 100 }, async (): Promise<Look<OpenStore>> => {
    const pod = await checkPod(cluster, legacy, etcdPod);
    // Its etcd is asked before the pod is said to run: a kubelet tells of that up to a second late, and Trident is away.
    if (!pod.done && !pod.isOnNode) return pod;
    const silence = await whySilent(forward);
    if (silence !== undefined) return pod.done ? seenSoFar(silence) : pod;
    // A connection of its own for each try: one that failed would wait ever longer before it dials again.
    const store = openForwardedStore(description, forward);
    try {
      await store.status();
      return seenDone(store);
    } catch (error) {
      store.disconnect();
      return seenSoFar(describeFailure(error));
    }
  });
}

/**
 * Undefined once anything answers on the port. A gRPC call would wait a second before it dials again; this fails at once while nobody
 * listens, and waits for an etcd that does and is still reading its data.
 */
async function whySilent(forward: PortForward): Promise<string | undefined> {
  try {
    const headers = { connection: "close" };
    const response = await fetch(`http://${forward.host}:${forward.port}/version`, {
      headers,
      signal: AbortSignal.timeout(10_000),
    });
    await response.body?.cancel();
    return undefined;
  } catch (error) {
    return forward.lastFailure() ?? describeFailure(error);
  }
}

type PodLook = { readonly done: true } | { readonly done: false; readonly seen: string; readonly isOnNode: boolean };

async function checkPod(cluster: ClusterClient, legacy: LegacyTrident, { wayOut }: EtcdPod): Promise<PodLook> {
  const { namespace } = legacy;
  const pod = await readPod(cluster, namespace, sourcePodName);
  if (pod === undefined) throw new PodNotStartingError(namespace, sourcePodName, "somebody deleted it", runAgain);
  if (isContainerRunning(pod, legacy.etcdContainer.name)) return { done: true };
  const trouble = await findPodTrouble(cluster, namespace, pod);
  if (trouble?.final === true) throw new PodNotStartingError(namespace, sourcePodName, trouble.reason, wayOut);
  return { done: false, seen: trouble?.reason ?? describePod(pod), isOnNode: pod.spec?.nodeName !== undefined };
}

const runAgain = "Find out who did, and run `pulumi up` again.";

function wayOut(legacy: LegacyTrident): string {
  return (
    `It runs container ${legacy.etcdContainer.name} of Deployment ${legacy.name} on PersistentVolumeClaim ` +
    `${legacy.claim}: see \`kubectl --namespace ${legacy.namespace} describe deployment ${legacy.name}\`.`
  );
}
