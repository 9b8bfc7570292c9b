import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const LAUNCHER = fileURLToPath(new URL("../../../migration/cli/trident-etcd.js", import.meta.url));

export interface CommandRun {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly process: ChildProcess;
  readonly ended: Promise<CommandRun>;
  /** Until standard error holds the text; fails when the command ends without it. */
  saysOnStderr(text: string): Promise<void>;
}

/** The command as its users start it, its outputs being pipes and its environment only what is given. */
export function startCommand(words: readonly string[], environment: NodeJS.ProcessEnv = {}): RunningCommand {
  const child = spawn(process.execPath, [LAUNCHER, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, ...environment },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([exitCode, signal]: unknown[]) => ({
    exitCode: (exitCode as number | null) ?? undefined,
    signal: (signal as NodeJS.Signals | null) ?? undefined,
    stdout,
    stderr,
  }));
  return {
    process: child,
    ended,
    async saysOnStderr(text) {
      while (!stderr.includes(text)) {
        await Promise.race([once(child.stderr, "data"), ended]);
        if (!stderr.includes(text) && (child.exitCode !== null || child.signalCode !== null)) {
          throw new Error(`the command ended without saying "${text}":\n${stderr}`);
        }
      }
    },
  };
}

export function runCommand(words: readonly string[], environment?: NodeJS.ProcessEnv): Promise<CommandRun> {
  return startCommand(words, environment).ended;
}
