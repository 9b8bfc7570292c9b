import { spawn } from "node:child_process";

/** A pulumi command failed. */
export class PulumiFailedError extends Error {
  override readonly name = "PulumiFailedError";
  constructor(words: readonly string[], printed: string) {
    const last = printed.trimEnd().split("\n").slice(-30).join("\n");
    super(`pulumi ${words.join(" ")} failed; it printed last:\n${last}`);
  }
}

export interface TimedRun {
  readonly seconds: number;
  /** Both its outputs, as they came. */
  readonly printed: string;
}

/** A stack of the program in a folder, worked with the command alone, as a person does. */
export interface TimedStack {
  preview(): Promise<TimedRun>;
  /** With its own preview, and no question asked. */
  up(): Promise<TimedRun>;
}

/** @throws PulumiFailedError, as do the stack's commands */
export async function createTimedStack(
  name: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>>,
): Promise<TimedStack> {
  const pulumi = (...words: string[]) => runPulumi([...words, "--stack", name], folder, environment);
  await runPulumi(["stack", "init", name], folder, environment);
  for (const [key, value] of Object.entries(settings)) await pulumi("config", "set", key, value);
  return {
    preview: () => pulumi("preview", "--non-interactive", "--color", "never"),
    up: () => pulumi("up", "--yes", "--non-interactive", "--color", "never"),
  };
}

async function runPulumi(
  words: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<TimedRun> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  const begin = performance.now();
  // A group of its own: an interrupt of the benchmark must not leave a stack locked or half updated.
  const child = spawn("pulumi", words, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let printed = "";
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding("utf8").on("data", (text: string) => (printed += text));
  }
  child.once("error", reject);
  child.once("close", resolve);
  const code = await ended;
  const seconds = (performance.now() - begin) / 1000;
  if (code !== 0) throw new PulumiFailedError(words, printed);
  return { seconds, printed };
}
