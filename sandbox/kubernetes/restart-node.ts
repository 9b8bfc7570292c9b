import { setTimeout as sleep } from "node:timers/promises";

import { findSandboxProcesses } from "../machine/leftovers.ts";
import { nodeNamespaces } from "../machine/node-namespaces.ts";
import { recordedComponents, runningProcess, SandboxProcessError } from "../machine/processes.ts";
import { startContainerd } from "./containerd.ts";
import { startKubeProxy } from "./kube-proxy.ts";
import { startKubelet, waitForNode } from "./kubelet.ts";
import { kubernetesRelease, newestKubernetes, recordedKubernetesVersion } from "./kubernetes-version.ts";

/** What a node has of its own; the control plane is elsewhere, as it were. */
const ofNode = ["kubelet", "containerd", "kube-proxy"];

const patienceMilliseconds = 15_000;

/**
 * As when the node loses its power and comes back: all that runs on it is killed at once, each pod's processes too, and it starts
 * again with what is on its disk. The control plane goes on.
 * @throws SandboxProcessError
 */
export async function restartNode(): Promise<void> {
  const holder = runningProcess("node");
  if (holder === undefined) throw new SandboxProcessError("node", "does not run");
  await endNode();
  const namespaces = nodeNamespaces(holder);
  const release = kubernetesRelease(recordedKubernetesVersion() ?? newestKubernetes);
  await startContainerd(namespaces);
  await Promise.all([startKubelet(namespaces, release), startKubeProxy(namespaces, release)]);
  await waitForNode();
}

async function endNode(): Promise<void> {
  const staying = recordedComponents()
    .filter((component) => !ofNode.includes(component))
    .map((component) => runningProcess(component)?.pid);
  const remaining = (): number[] => findSandboxProcesses().filter((pid) => !staying.includes(pid));
  // What would start others anew first.
  for (const component of ofNode) kill(runningProcess(component)?.pid);
  const deadline = Date.now() + patienceMilliseconds;
  while (Date.now() < deadline) {
    const pids = remaining();
    if (pids.length === 0) return;
    pids.forEach(kill);
    await sleep(50);
  }
  throw new SandboxProcessError("node", "has processes that can't be ended");
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
