import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, rm, statfs, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SnapshotDirectoryError } from "./snapshot-directory-error.ts";

/**
 * Makes the folder if it is missing, for its owner alone, and shows by a file that lives for a moment that it can be
 * written to. Raises SnapshotDirectoryError.
 */
export async function prepareSnapshotDirectory(directory: string): Promise<void> {
  const path = join(resolve(directory), `.writable-${randomUUID()}`);
  try {
    // Its parents are to be there: below a folder like /proc, Node's recursive mkdir tries again without end.
    await mkdir(directory, { mode: 0o700 }).catch(unlessItExists);
    // Not empty: a full disk still takes an empty file.
    await writeFile(path, "trident-etcd was here\n", { flag: "wx", mode: 0o600, flush: true });
  } catch (error) {
    throw new SnapshotDirectoryError(directory, path, error);
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Raises SnapshotDirectoryError when a file of that many bytes has no place in a folder that is there. */
export async function checkRoom(directory: string, bytes: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(directory);
  // Some network file systems do not tell.
  if (blocks === 0 || bavail * bsize >= bytes) return;
  const problem = `no space left on device: ${bytes} bytes are needed and ${bavail * bsize} are free`;
  throw new SnapshotDirectoryError(directory, resolve(directory), new Error(problem));
}

/** Without colons, which some file systems refuse. */
export function snapshotName(namespace: string, at: Date): string {
  return `${nameBegins(namespace)}${at.toISOString().replaceAll(":", "")}.db`;
}

/** What a snapshot is called until it is complete. */
export const partial = ".partial";

/** Absolute paths of the complete ones of a namespace's etcds, the oldest first. */
export async function listSnapshots(directory: string, namespace: string): Promise<string[]> {
  return namedSnapshots(directory, namespace, "");
}

/**
 * Longer than a snapshot may stand still before it has failed: a younger one may be another cluster's, whose namespace has the same
 * name and whose snapshots go to the same folder.
 */
const untouchedForMilliseconds = 40_000;

/**
 * Removes what runs that were killed have begun to save of the namespace's etcd: it holds secrets and serves nobody. Files of any
 * other name stay, and so does what can't be removed.
 */
export async function removePartialSnapshots(directory: string, namespace: string, now: Date): Promise<void> {
  for (const path of await namedSnapshots(directory, namespace, partial)) {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() !== true || now.getTime() - found.mtimeMs < untouchedForMilliseconds) continue;
    await rm(path, { force: true }).catch(() => undefined);
  }
}

async function namedSnapshots(directory: string, namespace: string, ending: string): Promise<string[]> {
  const names = await readdir(resolve(directory)).catch(() => []);
  const begins = nameBegins(namespace);
  const own = names
    .filter((name) => name.startsWith(begins) && name.endsWith(ending))
    .filter((name) =>
      /^\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z\.db$/.test(name.slice(begins.length, name.length - ending.length)),
    );
  return own.sort().map((name) => join(resolve(directory), name));
}

function nameBegins(namespace: string): string {
  return `trident-etcd-${namespace}-`;
}

function unlessItExists(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
