import { mkdirSync, readlinkSync, realpathSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { sandboxState } from "../sandbox-paths.ts";
import { toolchainBinary } from "../toolchain/toolchain.ts";
import { createCgroups, hasOtherSandboxes } from "./cgroups.ts";
import { networkNamespacePath } from "./network-namespace.ts";
import { startProcess, waitUntilReady } from "./processes.ts";
import type { ProcessIdentity } from "./process-identity.ts";

/** Paths that containerd, the kubelet and network plugins use whatever they are told, and what lies there instead. */
const redirectedDirectories: Readonly<Record<string, string>> = {
  "/run/containerd": join(sandboxState, "redirected", "run-containerd"),
  "/var/lib/cni": join(sandboxState, "redirected", "cni"),
  "/var/lib/kubelet": join(sandboxState, "redirected", "kubelet"),
  "/var/log/containers": join(sandboxState, "redirected", "log-containers"),
  "/var/log/pods": join(sandboxState, "redirected", "log-pods"),
};

/** Kernel settings of the whole machine that the kubelet insists on: it finds these values and changes nothing. */
const pretendedKernelSettings: Readonly<Record<string, string>> = {
  "/proc/sys/vm/overcommit_memory": "1",
  "/proc/sys/vm/panic_on_oom": "0",
  "/proc/sys/kernel/panic": "10",
  "/proc/sys/kernel/panic_on_oops": "1",
  "/proc/sys/kernel/keys/root_maxkeys": "1000000",
  "/proc/sys/kernel/keys/root_maxbytes": "25000000",
};

/**
 * Starts the process that holds the node's own namespaces of mounts and cgroups open. What the sandbox mounts exists
 * there alone and is gone with its last process, and no cgroup can be made there outside of the sandbox's.
 */
export async function startNodeNamespaces(): Promise<ProcessIdentity> {
  const holderProgram = realpathSync(toolchainBinary("pause"));
  const binds: [string, string][] = [];
  for (const [path, target] of Object.entries(redirectedDirectories)) {
    mkdirSync(target, { recursive: true });
    mkdirSync(path, { recursive: true });
    binds.push([target, path]);
  }
  for (const [path, value] of Object.entries(pretendedKernelSettings)) {
    const file = join(sandboxState, "redirected", path.replace("/proc/sys/", "").replaceAll("/", "."));
    writeFileSync(file, `${value}\n`);
    binds.push([file, path]);
  }
  const cgroups = createCgroups();
  for (const { all, hierarchy } of cgroups) binds.push([all, hierarchy]);
  const script = [
    ...binds.map(([source, path]) => `mount --bind ${source} ${path}`),
    // Only now, with the sandbox's cgroup as the top of its world, may it go where the other components are.
    ...cgroups.map(({ hierarchy }) => `echo $$ > ${hierarchy}/components/cgroup.procs`),
    `exec ${holderProgram}`,
  ].join(" && ");
  const holder = await startProcess({
    name: "node",
    program: "unshare",
    arguments: ["--cgroup", "--mount", "--propagation", "private", "sh", "-c", script],
    namespaces: [],
    cgroup: "all",
  });
  // Before it runs its last program, its namespaces are still the machine's.
  await waitUntilReady("node", () => {
    const program = readlinkSync(`/proc/${holder.pid}/exe`);
    return program === holderProgram ? Promise.resolve() : Promise.reject(new Error(`it runs ${program}`));
  });
  return holder;
}

/** The options of nsenter that lead into the node's namespaces. */
export function nodeNamespaces(holder: ProcessIdentity): string[] {
  const own = `/proc/${holder.pid}/ns`;
  return [`--net=${networkNamespacePath}`, `--mount=${own}/mnt`, `--cgroup=${own}/cgroup`];
}

/** Removes the mount points of the redirected directories where nobody else has put anything. */
export function removeMountPoints(): void {
  // Removing a directory here would unmount what another sandbox has mounted over it in its own namespace.
  if (hasOtherSandboxes()) return;
  for (const path of Object.keys(redirectedDirectories)) {
    try {
      rmdirSync(path);
    } catch {
      // Not there, or not ours alone.
    }
  }
}
