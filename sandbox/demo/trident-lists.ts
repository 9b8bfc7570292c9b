import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { runInPod } from "../pod-exec.ts";
import { note } from "./narration.ts";

const kinds = ["backend", "volume", "storageclass"] as const;

/** What `tridentctl get` prints for each kind, in the pod of the Trident that runs now. */
export type TridentLists = Readonly<Record<(typeof kinds)[number], string>>;

export async function listTrident(kubeconfig: KubeConfig, namespace: string): Promise<TridentLists> {
  const pod = await runningTridentPod(kubeconfig, namespace);
  const list = async (kind: string): Promise<string> => {
    const command = ["tridentctl", "-s", "127.0.0.1:8000", "get", kind];
    const outcome = await runInPod(kubeconfig, { namespace, pod, container: "trident-main", command });
    if (outcome.exitCode !== 0) {
      throw new Error(`${command.join(" ")} failed in pod ${pod}: ${outcome.stderr}`);
    }
    return outcome.stdout;
  };
  return { backend: await list("backend"), volume: await list("volume"), storageclass: await list("storageclass") };
}

/** The lines of each list, sorted: Trident lists what it has in no order. */
export function inOrder(lists: TridentLists): readonly string[][] {
  return kinds.map((kind) => lists[kind].split("\n").sort());
}

/** Prints the lists as tridentctl does, of a long one only the beginning. */
export function printLists(lists: TridentLists): void {
  for (const kind of kinds) {
    const lines = lists[kind].trimEnd().split("\n");
    const shown = lines.slice(0, 8);
    note(`tridentctl get ${kind}`);
    console.log(shown.join("\n"));
    if (lines.length > shown.length) {
      console.log(`... ${lines.length - shown.length} more lines`);
    }
    console.log();
  }
}

async function runningTridentPod(kubeconfig: KubeConfig, namespace: string): Promise<string> {
  const core = kubeconfig.makeApiClient(CoreV1Api);
  const pods = await core.listNamespacedPod({ namespace, labelSelector: "app=trident.netapp.io" });
  const running = pods.items.find((pod) => pod.status?.phase === "Running" && !pod.metadata?.deletionTimestamp);
  if (running?.metadata?.name === undefined) {
    throw new Error(`no Trident pod runs in namespace ${namespace}`);
  }
  return running.metadata.name;
}
