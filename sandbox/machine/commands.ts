import { spawn } from "node:child_process";

/** A program of the machine ended with an error; the message has its command line and what it said. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  constructor(program: string, commandArguments: readonly string[], said: string) {
    super(`${[program, ...commandArguments].join(" ")}: ${said.trim() === "" ? "failed without a word" : said.trim()}`);
  }
}

/**
 * Runs a program of the machine and returns what it wrote to its standard output.
 * @throws CommandError when it cannot be started, ends with an error or takes longer than a minute (or what is given)
 */
export async function run(
  program: string,
  commandArguments: readonly string[],
  options: { timeoutMilliseconds?: number; environment?: Record<string, string> } = {},
): Promise<string> {
  const child = spawn(program, commandArguments, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.environment },
    timeout: options.timeoutMilliseconds ?? 60_000,
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
  const ended = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => {
      resolve(error.message);
    });
    child.once("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(errors || output || (signal === null ? "" : `ended by ${signal}`));
    });
  });
  if (ended !== undefined) throw new CommandError(program, commandArguments, ended);
  return output;
}
