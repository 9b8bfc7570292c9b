import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

import { network, sandboxState } from "../sandbox-paths.ts";
import { sandboxCgroups, sandboxProcesses } from "./cgroups.ts";
import { hasLink, hasNetworkNamespace, networkNamespacePath } from "./network-namespace.ts";
import { recordedComponents, runningProcess } from "./processes.ts";

/** Something of the sandbox that exists on this machine. */
export interface Leftover {
  kind: "process" | "link" | "network namespace" | "mount" | "cgroup" | "directory";
  /** What to look for: a process number with its command line, a path, a link's name. */
  what: string;
}

/** Everything on this machine that belongs to the sandbox; empty when it neither runs nor has left anything. */
export function findLeftovers(): Leftover[] {
  const found: Leftover[] = [];
  const add = (kind: Leftover["kind"], items: Iterable<string>) => {
    for (const what of items) found.push({ kind, what });
  };
  add("process", findSandboxProcesses().map(describeProcess));
  add("link", hasLink() ? [network.hostLink] : []);
  add("network namespace", hasNetworkNamespace() ? [networkNamespacePath] : []);
  add("mount", sandboxMounts());
  add("cgroup", sandboxCgroups());
  add("directory", existsSync(sandboxState) ? [sandboxState] : []);
  return found;
}

/**
 * The numbers of all processes of the sandbox: those in its cgroups, those it recorded, and any other whose command line
 * names its state directory from below it, as that of a containerd-shim does.
 */
export function findSandboxProcesses(): number[] {
  const found = new Set(sandboxProcesses());
  for (const component of recordedComponents()) {
    const identity = runningProcess(component);
    if (identity !== undefined) found.add(identity.pid);
  }
  for (const entry of readdirSync("/proc")) {
    if (/^\d+$/.test(entry) && isShimOfSandbox(Number(entry))) found.add(Number(entry));
  }
  return [...found].filter((pid) => pid !== process.pid);
}

/** The mount points at or below the sandbox's state that this machine itself sees, the deepest first. */
export function sandboxMounts(): string[] {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "");
  return points.filter((point) => point === sandboxState || point.startsWith(`${sandboxState}/`)).reverse();
}

function isShimOfSandbox(pid: number): boolean {
  try {
    return (
      readlinkSync(`/proc/${pid}/exe`).includes("containerd-shim") &&
      readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${sandboxState}/`)
    );
  } catch {
    return false;
  }
}

function describeProcess(pid: number): string {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return `${pid} ${command.slice(0, 120)}`;
  } catch {
    return String(pid);
  }
}
