import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";

const run = promisify(execFile);

/**
 * Runs `pulumi up` on a test's stack and kills it, its plugins and its program with SIGKILL once the condition holds; then frees
 * the stack of the lock that it left. Call it after createTestStack, whose environment it uses.
 */
export async function killUp(stackName: string, whenever: () => Promise<void>): Promise<void> {
  const words = ["up", "--yes", "--skip-preview", "--non-interactive", "--color=never", "--stack", stackName];
  const child = spawn("pulumi", words, { cwd: repositoryRoot, env: process.env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding("utf8").on("data", (text: string) => (printed += text));
  }
  const exited = once(child, "exit");
  const ended = exited.then(() => {
    throw new Error(`pulumi ended before it was to be killed:\n${printed}`);
  });
  await Promise.race([whenever(), ended]);
  ended.catch(() => undefined);
  await killTree(child.pid ?? 0);
  await exited;
  await run("pulumi", ["cancel", "--yes", "--stack", stackName], { cwd: repositoryRoot, env: process.env });
}

/** The process and all that it started, whatever process groups they made of themselves. */
async function killTree(root: number): Promise<void> {
  const parents = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    const status = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, "utf8").catch(() => undefined) : undefined;
    // The command's name stands in brackets and may hold anything; the state and the parent follow it.
    const parent = status?.slice(status.lastIndexOf(")") + 2).split(" ")[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (process: number | undefined): boolean =>
    process !== undefined && (process === root || isBelow(parents.get(process)));
  for (const process_ of [...parents.keys()].filter(isBelow)) {
    try {
      process.kill(process_, "SIGKILL");
    } catch {
      // It has ended by itself meanwhile.
    }
  }
}
