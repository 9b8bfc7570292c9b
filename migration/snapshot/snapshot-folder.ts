import { saveSnapshot } from "./save-snapshot.ts";
import { checkRoom, listSnapshots, prepareSnapshotDirectory, removePartialSnapshots } from "./snapshot-directory.ts";

/** Where the snapshots of a namespace's etcds are kept. */
export interface SnapshotFolder {
  readonly directory: string;
  /** Makes it, and shows that it can be written to. Raises SnapshotDirectoryError. */
  prepare(): Promise<void>;
  /** Raises SnapshotDirectoryError when a snapshot of that many bytes has no place in it. */
  checkRoom(bytes: number): Promise<void>;
  /** As `saveSnapshot` does, until the signal is aborted. Answers with the absolute path. */
  save(content: AsyncIterable<Buffer>, interruption: AbortSignal): Promise<string>;
  /** Absolute paths. */
  list(): Promise<string[]>;
  /** Removes what killed runs have begun to save. */
  prune(): Promise<void>;
}

/** Undefined where none is wanted: left out, or "". */
export function snapshotFolder(directory: string | undefined, namespace: string): SnapshotFolder | undefined {
  if (directory === undefined || directory === "") return undefined;
  return {
    directory,
    prepare: () => prepareSnapshotDirectory(directory),
    checkRoom: (bytes) => checkRoom(directory, bytes),
    save: (content, interruption) => saveSnapshot({ content, directory, namespace, at: new Date(), interruption }),
    list: () => listSnapshots(directory, namespace),
    prune: () => removePartialSnapshots(directory, namespace, new Date()),
  };
}
