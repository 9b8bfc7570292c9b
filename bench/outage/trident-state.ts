import type { KubeConfig } from "@kubernetes/client-node";

import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import type { TridentLists } from "../../sandbox/legacy-trident/legacy-trident-state.ts";
import { legacyEtcdctl, memberEtcdctlOf } from "../../test/e2e/etcd-keys.ts";

/** After a procedure the new Trident serves, or its etcd holds, something else than was there before: the run scores nothing. */
export class StateDiffersError extends Error {
  override readonly name = "StateDiffersError";
}

/** What etcdctl prints of everything under /trident/: each key and each value on a line of its own. */
export type PrintedState = string;

const everything = ["get", "/trident/", "--prefix"];

/** On a busy machine the end of what a command in a pod prints may be cut off: read again so many times at most. */
const mostReads = 5;

/** Of the embedded etcd in the legacy Trident's pod. */
export function readEmbeddedState(kubeconfig: KubeConfig, namespace: string, pod: string): Promise<PrintedState> {
  return readComplete((words) => legacyEtcdctl(kubeconfig, namespace, pod, words));
}

/** Of the cluster that the member belongs to. */
export function readClusterState(kubeconfig: KubeConfig, namespace: string, member: string): Promise<PrintedState> {
  return readComplete((words) => memberEtcdctlOf(kubeconfig, namespace, member, words));
}

/** Until as many keys were printed as etcdctl counts; what was printed last, when that never is. */
export async function readComplete(etcdctl: (words: readonly string[]) => Promise<string>): Promise<PrintedState> {
  // The count is that of all keys, whatever the limit.
  const counted = await etcdctl([...everything, "--limit=1", "--keys-only", "--write-out=fields"]);
  const keys = Number(/"Count" : (\d+)/.exec(counted)?.[1]);
  for (let reads = 1; ; reads += 1) {
    const printed = await etcdctl(everything);
    if (keysIn(printed) === keys || reads === mostReads) return printed;
  }
}

export function keysIn(state: PrintedState): number {
  return (state.split("\n").length - 1) / 2;
}

/** @throws StateDiffersError, with the key of the first difference, never a value */
export function requireSameState(before: PrintedState, after: PrintedState): void {
  if (before === after) return;
  throw new StateDiffersError(
    `the new etcd holds ${keysIn(after)} keys under /trident/, the old one held ${keysIn(before)}; ` +
      `they first differ at ${firstDifference(before.split("\n"), after.split("\n"))}`,
  );
}

/** Keys are on the even lines, each with its value below it. */
function firstDifference(before: readonly string[], after: readonly string[]): string {
  const longer = before.length > after.length ? before : after;
  const line = longer.findIndex((_, index) => before[index] !== after[index]);
  return longer[line - (line % 2)] ?? "";
}

/** @throws StateDiffersError when the Trident that runs now lists anything else than expected */
export async function requireServed(kubeconfig: string, namespace: string, expected: TridentLists): Promise<void> {
  const served = await readTridentLists({ kubeconfig, namespace });
  for (const kind of ["backends", "storageClasses", "volumes"] as const) {
    if (served[kind].join("\n") !== expected[kind].join("\n")) {
      throw new StateDiffersError(
        `the new Trident lists ${served[kind].length} ${kind}, not the ${expected[kind].length} of the old one's state`,
      );
    }
  }
}
