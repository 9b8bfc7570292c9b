import { BoltDatabase, refuseForeign } from "./bolt-database.ts";
import { checkDigest } from "./check-digest.ts";
import { collectKeys } from "./collect-keys.ts";
import { FileBytes } from "./file-bytes.ts";
import type { ReportOpening } from "./opening-progress.ts";
import { readFacts } from "./snapshot-facts.ts";
import { snapshotStore, type SnapshotStore } from "./snapshot-store.ts";
import { TimeSlices } from "./time-slices.ts";

export interface SnapshotFileOptions {
  /**
   * Takes a file that does not end with its checksum, such as the database of a stopped member: what is wrong within its keys and
   * values then goes unnoticed. @default false
   */
  readonly withoutChecksum?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: ReportOpening;
}

/**
 * Checks the whole file, and finds where in it each key of its last revision lies: a minute for gigabytes, and some 30 bytes of memory
 * for each key. It is to be closed.
 *
 * Raises SnapshotFileError, or the signal's reason.
 */
export async function openSnapshotFile(path: string, options: SnapshotFileOptions = {}): Promise<SnapshotStore> {
  const { withoutChecksum = false, signal, onProgress = () => undefined } = options;
  const file = FileBytes.open(path);
  try {
    // A file of something else lacks the checksum as well: that is not what there is to say of it.
    refuseForeign(file);
    const slices = new TimeSlices(signal);
    const { databaseBytes, sha256, isChecked } = await checkDigest(file, { withoutChecksum, slices, onProgress });
    const database = new BoltDatabase(file, databaseBytes);
    const { etcdVersion, compactedRevision, keys: bucket } = readFacts(file, database);
    const onBytes = (bytesDone: number): void => {
      onProgress({ part: "keys", bytesDone, bytesTotal: databaseBytes });
    };
    const { keys, lastRevision } = await collectKeys(file, { database, bucket, slices, onBytes });
    file.refuseChanged();
    const revision = latest(lastRevision, compactedRevision);
    return snapshotStore(file, keys, { path, sha256, isChecked, etcdVersion, revision, databaseBytes });
  } catch (error) {
    file.close();
    throw error;
  }
}

/** An etcd begins at 1. When all that was written last was deleted, and then compacted, only the compaction tells of it. */
function latest(written: bigint, compacted: bigint): bigint {
  const later = written > compacted ? written : compacted;
  return later > 1n ? later : 1n;
}
