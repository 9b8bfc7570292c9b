import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { processesBelow, signalAll } from "./process-tree.ts";
import type { TestStack } from "./pulumi-stack.ts";

const run = promisify(execFile);

/** A `pulumi up` under way, in a process group of its own, as a shell starts it. */
export interface RunningUp {
  /** Everything that it printed so far. */
  printed(): string;
  /** Resolves with its exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
  /** Raises an Error with all that was printed if it ends before the promise resolves. */
  until(promise: Promise<unknown>): Promise<void>;
  /** As the terminal does on ^C. */
  interrupt(): void;
  /** Kills it, its plugins and its program with SIGKILL. */
  kill(): Promise<void>;
  /** Kills only the plugin that the migration runs in. */
  killPlugin(): Promise<void>;
  /** Whether a plugin is left that the migration could run in. */
  hasPlugin(): Promise<boolean>;
}

export function startUp({ name, environment }: TestStack): RunningUp {
  const words = ["up", "--yes", "--skip-preview", "--non-interactive", "--color=never", "--stack", name];
  const child = spawn("pulumi", words, {
    cwd: repositoryRoot,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const root = child.pid;
  let printed = "";
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding("utf8").on("data", (text: string) => (printed += text));
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  const plugins = new Set<number>();
  const findPlugins = async (): Promise<number[]> => {
    for (const each of await processesBelow(root)) if (await isDynamicProvider(each)) plugins.add(each);
    return [...plugins];
  };
  return {
    printed: () => printed,
    ended,
    until: async (promise) => {
      const early = ended.then(() => {
        throw new Error(`pulumi ended too early:\n${printed}`);
      });
      await Promise.race([promise, early]);
      early.catch(() => undefined);
      await findPlugins();
    },
    interrupt: () => {
      if (root !== undefined) process.kill(-root, "SIGINT");
    },
    kill: async () => {
      signalAll(await processesBelow(root), "SIGKILL");
      await ended;
    },
    killPlugin: async () => {
      const found = await findPlugins();
      if (found.length === 0) throw new Error(`pulumi has no dynamic provider:\n${printed}`);
      signalAll(found, "SIGKILL");
    },
    hasPlugin: async () => {
      for (const each of plugins) if (await isDynamicProvider(each)) return true;
      return false;
    },
  };
}

/** Frees the stack of the lock that a killed command has left on it. */
export async function unlock(stack: TestStack): Promise<void> {
  await pulumi(stack, ["cancel", "--yes"]);
}

/** Has Pulumi forget that it once did not hear how the creation of a resource ended. */
export async function clearPendingCreates(stack: TestStack): Promise<void> {
  await pulumi(stack, ["refresh", "--clear-pending-creates", "--yes", "--skip-preview", "--non-interactive"]);
}

async function pulumi({ name, environment }: TestStack, words: readonly string[]): Promise<void> {
  await run("pulumi", [...words, "--stack", name], { cwd: repositoryRoot, env: environment, maxBuffer: 2 ** 26 });
}

async function isDynamicProvider(pid: number): Promise<boolean> {
  const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return /^[^\0]*node\0/.test(words) && words.includes("dynamic-provider");
}
