import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, rm, statfs, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SnapshotDirectoryError } from "./snapshot-directory-error.ts";
import { parseSnapshotName, type NamedSnapshot } from "./snapshot-name.ts";

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

/** A file of this name in a folder; it was not read. */
export interface SnapshotFileEntry extends NamedSnapshot {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly changedAt: Date;
}

/** Files with the names of snapshots, whose ever they are, complete or not, the oldest first. Raises what reading the folder raises. */
export async function readSnapshotDirectory(directory: string): Promise<SnapshotFileEntry[]> {
  const entries = await Promise.all(
    (await readdir(resolve(directory))).sort().map(async (name) => {
      const named = parseSnapshotName(name);
      const path = join(resolve(directory), name);
      const found = named === undefined ? undefined : await lstat(path).catch(() => undefined);
      if (named === undefined || found?.isFile() !== true) return [];
      return [{ ...named, name, path, bytes: found.size, changedAt: found.mtime }];
    }),
  );
  return entries.flat().sort((one, other) => one.savedAt.getTime() - other.savedAt.getTime());
}

/** Absolute paths of the complete ones of a namespace's etcds, the oldest first. */
export async function listSnapshots(directory: string, namespace: string): Promise<string[]> {
  const entries = await readSnapshotDirectory(directory).catch(() => []);
  return entries.filter((entry) => !entry.isPartial && entry.namespace === namespace).map(({ path }) => path);
}

/**
 * Longer than a snapshot may stand still before it has failed: a younger one may be another cluster's, whose namespace has the same
 * name and whose snapshots go to the same folder.
 */
const untouchedForMilliseconds = 40_000;

/** Whether it is what a run that was killed has begun to save: it holds secrets and serves nobody. */
export function isLeftBehind({ isPartial, changedAt }: SnapshotFileEntry, now: Date): boolean {
  return isPartial && now.getTime() - changedAt.getTime() >= untouchedForMilliseconds;
}

/** Removes those of the namespace's etcd. Files of any other name stay, and so does what can't be removed. */
export async function removePartialSnapshots(directory: string, namespace: string, now: Date): Promise<void> {
  for (const entry of await readSnapshotDirectory(directory).catch(() => [])) {
    if (entry.namespace !== namespace || !isLeftBehind(entry, now)) continue;
    await rm(entry.path, { force: true }).catch(() => undefined);
  }
}

function unlessItExists(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
