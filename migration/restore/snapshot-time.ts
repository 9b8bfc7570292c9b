import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { parseSnapshotName } from "../snapshot/snapshot-name.ts";

/** When a snapshot was taken, as ISO 8601. */
export interface SnapshotTime {
  readonly savedAt: string;
  /** What tells it: the name that this program gives a snapshot, or the time of the file's last change, which a copy may have changed. */
  readonly savedAtBy: "name" | "file";
}

/** Raises what the file system raises of a file that is not there. */
export async function snapshotTime(path: string): Promise<SnapshotTime> {
  const named = timeInName(path);
  if (named !== undefined) return { savedAt: named, savedAtBy: "name" };
  return { savedAt: (await stat(path)).mtime.toISOString(), savedAtBy: "file" };
}

/** Undefined of a name that is not one of ours. */
export function timeInName(path: string): string | undefined {
  return parseSnapshotName(basename(path))?.savedAt.toISOString();
}
