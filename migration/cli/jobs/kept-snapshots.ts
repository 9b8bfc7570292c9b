import { readSnapshotDirectory, type SnapshotFileEntry } from "../../snapshot/snapshot-directory.ts";
import { describeFailure } from "../../wording/describe-failure.ts";
import type { KeptSnapshots } from "../words/parse-file-job.ts";
import { UsageError } from "../words/usage-error.ts";

/**
 * The files with the names of snapshots, the oldest first.
 *
 * @throws UsageError when the folder can't be read.
 */
export async function findKeptSnapshots({ directory, namespace }: KeptSnapshots): Promise<SnapshotFileEntry[]> {
  try {
    const entries = await readSnapshotDirectory(directory);
    return entries.filter((entry) => namespace === undefined || entry.namespace === namespace);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const problem = isMissing ? "is not there" : `can't be read: ${describeFailure(error)}`;
    throw new UsageError(`--directory: ${directory} ${problem}. Name the folder that snapshots are kept in`);
  }
}

/** `of the etcd in namespace storage`, or nothing where it is everyone's. */
export function describeKept({ directory, namespace }: KeptSnapshots): string {
  return `in ${directory}${namespace === undefined ? "" : ` of the etcd in namespace ${namespace}`}`;
}
