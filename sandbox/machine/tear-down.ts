import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { sandboxState } from "../sandbox-paths.ts";
import { removeCgroups } from "./cgroups.ts";
import { run } from "./commands.ts";
import { findLeftovers, findSandboxProcesses, sandboxMounts } from "./leftovers.ts";
import type { Leftover } from "./leftovers.ts";
import { deleteNetworkNamespace } from "./network-namespace.ts";
import { removeMountPoints } from "./node-namespaces.ts";
import { runningProcess } from "./processes.ts";

/** The sandbox was taken down and something of it is still there. */
export class SandboxLeftoversError extends Error {
  override readonly name = "SandboxLeftoversError";
  readonly leftovers: readonly Leftover[];
  constructor(leftovers: readonly Leftover[]) {
    const lines = leftovers.map(({ kind, what }) => `  ${kind} ${what}`).join("\n");
    super(`Something of the sandbox is left, and could not be removed:\n${lines}`);
    this.leftovers = leftovers;
  }
}

const patienceMilliseconds = 15_000;

/**
 * Ends everything of the sandbox, in whatever state it is, and removes what it left.
 * @throws SandboxLeftoversError
 */
export async function tearDown(): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds;
  await endProcesses(deadline);
  for (const point of sandboxMounts()) await run("umount", ["--lazy", point]);
  await deleteNetworkNamespace();
  removeMountPoints();
  let leftovers: Leftover[];
  do {
    // The kernel lets go of cgroups and mounts of ended processes a moment later.
    removeCgroups();
    removeState();
    leftovers = findLeftovers();
    if (leftovers.length === 0) return;
    await sleep(100);
  } while (Date.now() < deadline);
  throw new SandboxLeftoversError(leftovers);
}

/** First what would start others anew, then all the rest, again and again until none is left. */
async function endProcesses(deadline: number): Promise<void> {
  for (const component of ["kubelet", "containerd"]) {
    const identity = runningProcess(component);
    if (identity !== undefined) kill(identity.pid);
  }
  let remaining: number[];
  while ((remaining = findSandboxProcesses()).length > 0 && Date.now() < deadline) {
    remaining.forEach(kill);
    await sleep(50);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

function removeState(): void {
  try {
    rmSync(sandboxState, { recursive: true, force: true });
  } catch {
    // A mount may still be on its way out: the caller looks again.
  }
}
