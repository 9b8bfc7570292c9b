import { setTimeout as sleep } from "node:timers/promises";

import type { ClusterClient } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { isContainerRunning, listPods, podName } from "@trident-etcd/migration/kubernetes/pods.ts";
import { openPortForward, type PortForward } from "@trident-etcd/migration/kubernetes/port-forward.ts";
import { legacyTrident } from "../../sandbox/legacy-trident/legacy-trident-names.ts";
import type { GoodAnswer, Observations } from "./outage.ts";

export interface TridentWatch {
  /** Waits until a pod has given a good answer, another than `except`, and answers with its name. @throws NoGoodAnswerError */
  untilPodAnswers(options: { readonly except?: string; readonly timeoutSeconds: number }): Promise<string>;
  /** Ends it and answers with all that was seen. */
  stop(): Promise<Observations>;
}

/** Trident's REST API gave no good answer in time. */
export class NoGoodAnswerError extends Error {
  override readonly name = "NoGoodAnswerError";
  constructor(timeoutSeconds: number, lastFailure: string | undefined) {
    super(`Trident gave no good answer for ${timeoutSeconds} s; last: ${lastFailure ?? "no pod of it ran"}`);
  }
}

const intervalMilliseconds = 100;
/** For one question. A pod that is gone without a word would otherwise hold up those to its successor. */
const patienceMilliseconds = 1_000;

/**
 * Asks the Trident of the namespace for its backends ten times a second, through the API server, whichever pod runs it. The
 * connection is kept as long as its pod answers, so that asking costs the machine next to nothing.
 */
export async function watchTrident(cluster: ClusterClient, namespace: string): Promise<TridentWatch> {
  const answers: GoodAnswer[] = [];
  const runningSince = new Map<string, number>();
  let askedPod = "";
  let stopped = false;
  const forward = await openPortForward(cluster, {
    namespace,
    port: legacyTrident.restPort,
    choosePod: async () => {
      askedPod = await runningTrident(cluster, namespace);
      if (!runningSince.has(askedPod)) runningSince.set(askedPod, performance.now());
      return askedPod;
    },
  });
  const ask = async () => {
    while (!stopped) {
      const next = performance.now() + intervalMilliseconds;
      if (await listsBackends(forward)) answers.push({ pod: askedPod, at: performance.now() });
      await sleep(Math.max(0, next - performance.now()));
    }
  };
  const asking = ask();
  return {
    async untilPodAnswers({ except, timeoutSeconds }) {
      const deadline = performance.now() + timeoutSeconds * 1000;
      for (;;) {
        const answer = answers.find(({ pod }) => pod !== except);
        if (answer !== undefined) return answer.pod;
        if (performance.now() > deadline) throw new NoGoodAnswerError(timeoutSeconds, forward.lastFailure());
        await sleep(intervalMilliseconds);
      }
    },
    async stop() {
      stopped = true;
      await asking;
      await forward.close();
      return { answers, runningSince };
    },
  };
}

async function listsBackends(forward: PortForward): Promise<boolean> {
  try {
    const url = `http://${forward.host}:${forward.port}/trident/v1/backend`;
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMilliseconds) });
    const { backends } = (await response.json()) as { readonly backends?: readonly string[] };
    return response.ok && (backends ?? []).length > 0;
  } catch {
    return false;
  }
}

async function runningTrident(cluster: ClusterClient, namespace: string): Promise<string> {
  const pods = await listPods(cluster, namespace, legacyTrident.labelSelector);
  const running = pods.find((pod) => isContainerRunning(pod, legacyTrident.tridentContainer));
  if (running === undefined) throw new Error("no pod of Trident runs");
  return podName(running);
}
