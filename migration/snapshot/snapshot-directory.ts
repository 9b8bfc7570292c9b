import { randomUUID } from "node:crypto";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SnapshotDirectoryError } from "./errors.ts";

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

function unlessItExists(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
