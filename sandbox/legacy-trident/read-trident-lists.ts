import { setTimeout as sleep } from "node:timers/promises";
import { connectToCluster, type ClusterClient } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { isContainerRunning, listPods, podName } from "@trident-etcd/migration/kubernetes/pods.ts";
import { openPortForward } from "@trident-etcd/migration/kubernetes/port-forward.ts";
import { LegacyTridentFixtureError, TridentAnswerError } from "./errors.ts";
import { legacyTrident } from "./legacy-trident-names.ts";
import type { TridentLists } from "./legacy-trident-state.ts";

export interface TridentLocation {
  /** A kubeconfig's path or contents. */
  readonly kubeconfig: string;
  readonly namespace: string;
  /** How long to wait for a Trident that is starting. @default 90 */
  readonly timeoutSeconds?: number;
}

/**
 * What the Trident that runs in the namespace lists, with an embedded etcd or another. Raises TridentAnswerError when
 * its bootstrap failed, LegacyTridentFixtureError when none answers in time.
 */
export async function readTridentLists(location: TridentLocation): Promise<TridentLists> {
  const cluster = connectToCluster({ kubeconfig: location.kubeconfig });
  const deadline = Date.now() + (location.timeoutSeconds ?? 90) * 1000;
  for (;;) {
    const attempt = await tryToRead(cluster, location.namespace);
    if ("lists" in attempt) return attempt.lists;
    if (Date.now() >= deadline) {
      throw new LegacyTridentFixtureError(`No Trident answers in namespace ${location.namespace}: ${attempt.notYet}`);
    }
    await sleep(300);
  }
}

type Attempt = { readonly lists: TridentLists } | { readonly notYet: string };

async function tryToRead(cluster: ClusterClient, namespace: string): Promise<Attempt> {
  const forward = await openPortForward(cluster, {
    namespace,
    choosePod: () => runningTridentPod(cluster, namespace),
    port: legacyTrident.restPort,
  });
  try {
    const base = `http://${forward.host}:${forward.port}`;
    const [backends, volumes, storageClasses] = await Promise.all([
      readNames(base, "backend", "backends"),
      readNames(base, "volume", "volumes"),
      readNames(base, "storageclass", "storageClasses"),
    ]);
    return { lists: { backends, volumes, storageClasses } };
  } catch (error) {
    if (isFinal(error)) throw error;
    return { notYet: forward.lastFailure() ?? String(error) };
  } finally {
    await forward.close();
  }
}

async function runningTridentPod(cluster: ClusterClient, namespace: string): Promise<string> {
  const pods = await listPods(cluster, namespace, legacyTrident.labelSelector);
  const running = pods.find((pod) => isContainerRunning(pod, legacyTrident.tridentContainer));
  if (running === undefined) throw new LegacyTridentFixtureError("no pod of Trident is running");
  return podName(running);
}

async function readNames(base: string, kind: string, field: string): Promise<string[]> {
  const path = `/trident/v1/${kind}`;
  const response = await fetch(base + path, { signal: AbortSignal.timeout(15_000) });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new TridentAnswerError(path, response.status, String(answer.error));
  // Beside backends that failed, an empty name is listed, in no order.
  return (answer[field] as string[]).filter((name) => name !== "").sort();
}

/** A Trident that is still initializing answers 500 too. */
function isFinal(error: unknown): boolean {
  return error instanceof TridentAnswerError && !error.message.includes("is initializing");
}
