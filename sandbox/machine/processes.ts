import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { sandboxState } from "../sandbox-paths.ts";
import { createCgroups } from "./cgroups.ts";
import { identifyProcess, isAlive, parseIdentity } from "./process-identity.ts";
import type { ProcessIdentity } from "./process-identity.ts";

/** A process of the sandbox did not become ready; the message has the end of its log. */
export class SandboxProcessError extends Error {
  override readonly name = "SandboxProcessError";
  constructor(component: string, reason: string, cause?: unknown) {
    const because = cause instanceof Error ? ` (${cause.message})` : "";
    super(`${component} ${reason}${because}. The end of ${logPath(component)}:\n${endOfLog(component)}`, { cause });
  }
}

export interface ProcessDescription {
  /** The component's name: of its log, its record and in messages. */
  name: string;
  program: string;
  arguments: readonly string[];
  /** Options of nsenter; empty to stay in the machine's own namespaces. */
  namespaces: readonly string[];
  /** Which cgroup of the sandbox to join: that of its components unless told otherwise. */
  cgroup?: "all" | "components";
  environment?: Record<string, string>;
}

const recordsDirectory = join(sandboxState, "processes");
const logsDirectory = join(sandboxState, "logs");

/**
 * Starts a process that outlives this one, with its output in a log file. It joins the sandbox's cgroup before anything
 * else, so whatever it starts can be found and ended later.
 */
export function startProcess(description: ProcessDescription): Promise<ProcessIdentity> {
  mkdirSync(recordsDirectory, { recursive: true });
  mkdirSync(logsDirectory, { recursive: true });
  const command = [description.program, ...description.arguments];
  const entered =
    description.namespaces.length > 0 ? ["nsenter", ...description.namespaces, "--", ...command] : command;
  const joined = createCgroups().map((cgroup) => join(cgroup[description.cgroup ?? "components"], "cgroup.procs"));
  const script = `for file in ${joined.join(" ")}; do echo $$ > $file || exit 1; done; exec "$@"`;
  const log = openSync(logPath(description.name), "a");
  const child = spawn("sh", ["-c", script, "sh", ...entered], {
    cwd: "/",
    detached: true,
    // Proxies and other settings of the caller's shell are none of the node's business.
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...description.environment },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("spawn", () => {
      child.unref();
      const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
      if (identity === undefined) {
        reject(new SandboxProcessError(description.name, "ended as soon as it was started"));
        return;
      }
      writeFileSync(join(recordsDirectory, `${description.name}.json`), JSON.stringify(identity));
      resolve(identity);
    });
  });
}

/**
 * Waits until the check no longer throws.
 * @throws SandboxProcessError when the process ends before, or the time is over
 */
export async function waitUntilReady(
  component: string,
  check: () => Promise<void>,
  { timeoutSeconds = 60 } = {},
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (!isRunning(component)) throw new SandboxProcessError(component, "has ended");
      if (Date.now() > deadline) {
        throw new SandboxProcessError(component, `was not ready after ${timeoutSeconds} s`, error);
      }
    }
    await sleep(100);
  }
}

/** The process recorded under the component's name, when it still runs. */
export function runningProcess(component: string): ProcessIdentity | undefined {
  try {
    const identity = parseIdentity(readFileSync(join(recordsDirectory, `${component}.json`), "utf8"));
    return identity !== undefined && isAlive(identity) ? identity : undefined;
  } catch {
    return undefined;
  }
}

export function isRunning(component: string): boolean {
  return runningProcess(component) !== undefined;
}

/** The names of all components that were started. */
export function recordedComponents(): string[] {
  try {
    return readdirSync(recordsDirectory).map((file) => file.replace(/\.json$/, ""));
  } catch {
    return [];
  }
}

export function logPath(component: string): string {
  return join(logsDirectory, `${component}.log`);
}

function endOfLog(component: string): string {
  try {
    const lines = readFileSync(logPath(component), "utf8").trimEnd().split("\n").slice(-12);
    return lines.map((line) => `  ${line}`).join("\n");
  } catch {
    return "  (no log)";
  }
}
