import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { repositoryRoot } from "../sandbox-paths.ts";

const startedAt = Date.now();
let headings = 0;

/** Begins a numbered part of the demo. */
export function heading(text: string): void {
  headings += 1;
  const elapsed = Math.round((Date.now() - startedAt) / 1000);
  console.log(`\n━━━ ${headings}. ${text}  [${elapsed} s]\n`);
}

/** One line for the person at the terminal. */
export function note(text: string): void {
  console.log(`    ${text}`);
}

/** A command of the demo failed; its own output, above, says why. */
export class DemoCommandError extends Error {
  override readonly name = "DemoCommandError";
}

/** Runs a command in the repository with its output on the terminal. @throws DemoCommandError when it fails */
export async function runVisibly(
  command: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<void> {
  const base = environment.PATH ?? process.env.PATH ?? "";
  const child = spawn(command, words, {
    cwd: repositoryRoot,
    env: { ...process.env, ...environment, PATH: `${path.join(repositoryRoot, "node_modules/.bin")}:${base}` },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) {
    throw new DemoCommandError(
      `${command} ${words.join(" ")} ended with exit code ${code ?? "none"}. The sandbox is left as it is; make sandbox-down removes it.`,
    );
  }
}
