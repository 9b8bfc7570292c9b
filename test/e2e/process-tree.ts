import { readdir, readFile } from "node:fs/promises";

export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself meanwhile.
    }
  }
}

/** The process and all that it started, whatever process groups they made of themselves. */
export async function processesBelow(root: number | undefined): Promise<number[]> {
  if (root === undefined) return [];
  const parents = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    const status = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, "utf8").catch(() => undefined) : undefined;
    // The command's name stands in brackets and may hold anything; the state and the parent follow it.
    const parent = status?.slice(status.lastIndexOf(")") + 2).split(" ")[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (process: number | undefined): boolean =>
    process !== undefined && (process === root || isBelow(parents.get(process)));
  return [...parents.keys()].filter(isBelow);
}
