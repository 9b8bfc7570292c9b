import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { sandboxName, sandboxNamePrefix } from "../sandbox-paths.ts";

const mountPoint = "/sys/fs/cgroup";

/** The sandbox's cgroup in one hierarchy: all of it, and below it the one of the node's own processes. */
export interface SandboxCgroup {
  hierarchy: string;
  all: string;
  components: string;
}

/**
 * Makes the sandbox's cgroup in every hierarchy. The node sees it as the top of the hierarchy, so that pods can only end
 * up below it; the node's own processes stay apart from those of the pods, as cgroup v2 demands.
 */
export function createCgroups(): SandboxCgroup[] {
  return hierarchies().map((hierarchy) => {
    const all = join(hierarchy, sandboxName);
    const components = join(all, "components");
    for (const directory of [all, components]) {
      mkdirSync(directory, { recursive: true });
      inheritCpus(directory);
    }
    return { hierarchy, all, components };
  });
}

/** A cgroup of v1's cpuset begins without a processor, and then takes no process. */
function inheritCpus(directory: string): void {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const path = join(directory, file);
    if (!existsSync(path) || existsSync(join(mountPoint, "cgroup.controllers"))) continue;
    if (readFileSync(path, "utf8").trim() === "") writeFileSync(path, readFileSync(join(dirname(directory), file)));
  }
}

/** The numbers of all processes of the sandbox, those in pods included. */
export function sandboxProcesses(): number[] {
  const processes = new Set<number>();
  for (const root of sandboxCgroups()) {
    for (const directory of directoriesBelow(root)) {
      for (const pid of readProcesses(directory)) processes.add(pid);
    }
  }
  return [...processes];
}

/** The sandbox's cgroups that exist, one a hierarchy. */
export function sandboxCgroups(): string[] {
  return hierarchies()
    .map((hierarchy) => join(hierarchy, sandboxName))
    .filter((directory) => existsSync(directory));
}

/** Whether a sandbox of another number has cgroups, and so most likely runs. */
export function hasOtherSandboxes(): boolean {
  return hierarchies()
    .flatMap((hierarchy) => readdirSync(hierarchy))
    .some((name) => name !== sandboxName && name.startsWith(sandboxNamePrefix));
}

/** Removes the sandbox's cgroups in every hierarchy; those that still hold processes stay. */
export function removeCgroups(): void {
  for (const root of sandboxCgroups()) {
    for (const directory of directoriesBelow(root)) {
      try {
        rmdirSync(directory);
      } catch {
        // In use or already gone: the caller checks what is left.
      }
    }
  }
}

/** Of cgroup v1 every controller is a hierarchy of its own; cgroup v2 has one alone, mounted at the top. */
function hierarchies(): string[] {
  if (existsSync(join(mountPoint, "cgroup.controllers"))) return [mountPoint];
  return readdirSync(mountPoint, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(mountPoint, entry.name, "cgroup.procs")))
    .map((entry) => join(mountPoint, entry.name));
}

/** The directory and all below it, the deepest first: the order in which they can be removed. */
function directoriesBelow(root: string): string[] {
  let entries: string[] = [];
  try {
    entries = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(root, entry.name));
  } catch {
    // It went away while being read.
  }
  return [...entries.flatMap(directoriesBelow), root];
}

function readProcesses(directory: string): number[] {
  try {
    return readFileSync(join(directory, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
