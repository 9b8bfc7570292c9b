import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SnapshotDirectoryError, SnapshotInvalidError } from "./errors.ts";
import { prepareSnapshotDirectory } from "./snapshot-directory.ts";
import { SnapshotTrailer } from "./snapshot-trailer.ts";

export interface SnapshotOptions {
  /** As an etcd sends it. */
  readonly content: AsyncIterable<Buffer>;
  readonly directory: string;
  readonly namespace: string;
  readonly at: Date;
}

/**
 * Writes a snapshot where only its owner can read it: it holds the application's secrets. It gets its name once all of it
 * is on the disk and its checksum holds, so that a file of that name can be restored. Answers with its absolute path.
 *
 * Raises SnapshotDirectoryError, SnapshotInvalidError, or what the content raises; no file is left then.
 */
export async function saveSnapshot({ content, directory, namespace, at }: SnapshotOptions): Promise<string> {
  await prepareSnapshotDirectory(directory);
  const path = join(resolve(directory), snapshotName(namespace, at));
  const temporary = `${path}.partial`;
  const writing = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw new SnapshotDirectoryError(directory, temporary, error);
    }
  };
  const file = await writing(() => open(temporary, "wx", 0o600));
  try {
    await writeChecked(file, content, path, writing).finally(() => file.close());
    await writing(() => rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  return path;
}

/** Without colons, which some file systems refuse. */
export function snapshotName(namespace: string, at: Date): string {
  return `trident-etcd-${namespace}-${at.toISOString().replaceAll(":", "")}.db`;
}

async function writeChecked(
  file: FileHandle,
  content: AsyncIterable<Buffer>,
  path: string,
  writing: <T>(action: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const trailer = new SnapshotTrailer();
  for await (const piece of content) {
    trailer.add(piece);
    await writing(() => file.appendFile(piece));
  }
  const problem = trailer.problem();
  if (problem !== undefined) throw new SnapshotInvalidError(path, problem);
  await writing(() => file.sync());
}
