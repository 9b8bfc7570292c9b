import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** A tool ended by itself before it was through. */
export class ToolFailedError extends Error {
  override readonly name = "ToolFailedError";
  constructor(program: string, ending: string, said: string) {
    super(`${program} ended ${ending}: ${said.trim() === "" ? "without a word" : said.trim()}`);
  }
}

export interface ToolProcess {
  /** Resolves, with the time of performance.now(), when the tool says `done`; rejects with ToolFailedError when it ends before. */
  readonly done: Promise<number>;
  /** When it said `started`, by the same clock; undefined for a tool that does not say so. */
  startedAt(): number | undefined;
  /** The most memory that was resident so far: the kernel's VmHWM. Only while the process lives. */
  peakMebibytes(): number;
  /** Ends it, politely first. */
  stop(): Promise<void>;
}

const POLITE_MILLISECONDS = 2_000;

export function startTool([program, ...args]: readonly [string, ...string[]]): ToolProcess {
  const tool = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ETCDCTL_API: "3" },
  });
  // A tool that has ended no longer reads; that shows in its exit.
  tool.stdin.on("error", () => undefined);
  let said = "";
  tool.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2_000)));
  let startedAt: number | undefined;
  const { promise: done, resolve, reject } = Promise.withResolvers<number>();
  createInterface({ input: tool.stdout }).on("line", (line) => {
    if (line === "started") startedAt = performance.now();
    if (line === "done") resolve(performance.now());
  });
  // Not only "exit": the last words may still be in the pipe.
  const closed = new Promise<void>((resolveClosed) => {
    tool.once("close", (code, signal) => {
      reject(new ToolFailedError(program, `with ${signal ?? String(code)}`, said));
      resolveClosed();
    });
  });
  tool.once("error", reject);
  // Whoever waits for the clock first must not lose the process to a rejection that nobody handles yet.
  done.catch(() => undefined);
  return {
    done,
    startedAt: () => startedAt,
    peakMebibytes: () => peakOf(readFileSync(`/proc/${tool.pid ?? 0}/status`, "utf8")),
    async stop() {
      if (tool.exitCode !== null || tool.signalCode !== null || tool.pid === undefined) return;
      tool.stdin.end();
      const impatient = setTimeout(() => tool.kill("SIGKILL"), POLITE_MILLISECONDS);
      tool.kill("SIGTERM");
      await once(tool, "exit");
      clearTimeout(impatient);
      await closed;
    },
  };
}

/** From the text of /proc/PID/status. */
export function peakOf(status: string): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new RangeError("the status of the process has no VmHWM");
  return Number(kibibytes) / 1024;
}
