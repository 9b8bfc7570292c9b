import { stat } from "node:fs/promises";
import { basename } from "node:path";

/** When a snapshot was taken, as ISO 8601. */
export interface SnapshotTime {
  readonly savedAt: string;
  /** What tells it: the name that this program gives a snapshot, or the time of the file's last change, which a copy may have changed. */
  readonly savedAtBy: "name" | "file";
}

/** Raises what the file system raises of a file that is not there. */
export async function snapshotTime(path: string): Promise<SnapshotTime> {
  const named = timeInName(basename(path));
  if (named !== undefined) return { savedAt: named, savedAtBy: "name" };
  return { savedAt: (await stat(path)).mtime.toISOString(), savedAtBy: "file" };
}

/** As `snapshotName` writes it, without colons. Undefined where there is none. */
export function timeInName(name: string): string | undefined {
  const [, day, hour = "", minute = "", second = ""] =
    /(\d{4}-\d\d-\d\dT)(\d\d):?(\d\d):?(\d\d(?:\.\d{3})?)Z/.exec(name) ?? [];
  if (day === undefined) return undefined;
  const time = new Date(`${day}${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
