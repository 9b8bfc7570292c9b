import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { join, resolve } from "node:path";
import { change } from "../wording/change.ts";
import { unlessAborted } from "../kubernetes/wait-until.ts";
import { prepareSnapshotDirectory } from "./snapshot-directory.ts";
import { SnapshotDirectoryError } from "./snapshot-directory-error.ts";
import { partial, snapshotName } from "./snapshot-name.ts";
import { SnapshotTrailer } from "./snapshot-trailer.ts";

export interface SnapshotOptions {
  /** As an etcd sends it. */
  readonly content: AsyncIterable<Buffer>;
  readonly directory: string;
  readonly namespace: string;
  readonly at: Date;
  /** Ends it, with its reason, without another piece being waited for. */
  readonly interruption?: AbortSignal;
}

/** What the old etcd sent is not a snapshot that could be restored. */
export class SnapshotInvalidError extends Error {
  override readonly name = "SnapshotInvalidError";
  readonly problem: string;

  constructor(path: string, problem: string) {
    super(
      `The snapshot of the old etcd that was to become ${path} is not usable: ${problem}. Nothing of it was kept. Run ` +
        `\`pulumi up\` again; to go without a snapshot, \`${change({ snapshotDirectory: "" })}\`.`,
    );
    this.problem = problem;
  }
}

/**
 * Writes a snapshot where only its owner can read it: it holds the application's secrets. It gets its name once all of it
 * is on the disk and its checksum holds, so that a file of that name can be restored. Answers with its absolute path.
 *
 * Raises SnapshotDirectoryError, SnapshotInvalidError, or what the content raises; no file is left then.
 */
export async function saveSnapshot(options: SnapshotOptions): Promise<string> {
  const { directory, namespace, at, interruption } = options;
  const content = interruption === undefined ? options.content : untilAborted(options.content, interruption);
  await prepareSnapshotDirectory(directory);
  const path = join(resolve(directory), snapshotName(namespace, at));
  const temporary = `${path}${partial}`;
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

/** The same pieces, until the signal is aborted: then its reason, without another one being waited for. */
async function* untilAborted(
  content: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const pieces = content[Symbol.asyncIterator]();
  let isWhole = false;
  try {
    for (;;) {
      const next = await unlessAborted(pieces.next(), signal);
      isWhole = next.done === true;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not waited for: it ends with the piece that is under way, or with its connection.
    if (!isWhole) void Promise.resolve(pieces.return?.()).catch(() => undefined);
  }
}
