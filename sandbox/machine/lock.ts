import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { identifyProcess, isAlive, parseIdentity } from "./process-identity.ts";

/**
 * Runs the action while no other process runs one under the same lock file. Waits, saying so once, while another holds
 * it; the lock of a process that died is taken over.
 */
export async function withLock<Result>(
  path: string,
  report: (line: string) => void,
  action: () => Promise<Result>,
): Promise<Result> {
  mkdirSync(dirname(path), { recursive: true });
  let waiting = false;
  while (!tryLock(path)) {
    if (!waiting) report(`another run holds ${path}: waiting until it ends`);
    waiting = true;
    await sleep(500);
  }
  const unlock = () => {
    rmSync(path, { force: true });
  };
  process.once("exit", unlock);
  try {
    return await action();
  } finally {
    process.off("exit", unlock);
    unlock();
  }
}

function tryLock(path: string): boolean {
  // Linked into place whole: nobody ever sees a lock without its holder.
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(identifyProcess(process.pid)));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(own, { force: true });
  }
  if (isHeld(path)) return false;
  rmSync(path, { force: true });
  return tryLock(path);
}

function isHeld(path: string): boolean {
  try {
    const identity = parseIdentity(readFileSync(path, "utf8"));
    return identity !== undefined && isAlive(identity);
  } catch {
    return false;
  }
}
