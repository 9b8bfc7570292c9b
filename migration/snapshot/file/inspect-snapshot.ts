import { openSnapshotFile, type SnapshotFileOptions } from "./open-snapshot-file.ts";
import { SnapshotFileError, type SnapshotProblem } from "./snapshot-file-error.ts";

/** What a file holds, or why it is of no use. */
export type InspectedSnapshot = UsableSnapshot | UnusableSnapshot;

export interface UsableSnapshot {
  readonly isUsable: true;
  /** The last one that anything was written at. */
  readonly revision: bigint;
  /** As many stand at that revision. */
  readonly keys: number;
  /** Such as `3.5`; undefined where the file does not say: etcd before 3.5 may not. */
  readonly etcdVersion: string | undefined;
  /** Of the database, hexadecimal. */
  readonly sha256: string;
  /** Whether its checksum was there to be checked. */
  readonly hasChecksum: boolean;
}

export interface UnusableSnapshot {
  readonly isUsable: false;
  readonly problem: SnapshotProblem;
  /** Goes on after the file's name, such as `is empty`. */
  readonly detail: string;
  /** What to do about it, without a full stop. */
  readonly remedy: string;
}

/** Reads a whole file: its checksum, its pages and its keys. Raises the signal's reason. */
export async function inspectSnapshot(path: string, options: SnapshotFileOptions = {}): Promise<InspectedSnapshot> {
  try {
    const store = await openSnapshotFile(path, options);
    const { keys, etcdVersion, sha256, isChecked: hasChecksum } = store;
    const { revision } = await store.status().finally(() => store.close());
    return { isUsable: true, revision, keys, etcdVersion, sha256, hasChecksum };
  } catch (error) {
    if (!(error instanceof SnapshotFileError)) throw error;
    const { problem, detail, remedy } = error;
    return { isUsable: false, problem, detail, remedy };
  }
}
