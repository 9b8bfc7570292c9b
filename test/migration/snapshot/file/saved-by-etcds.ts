import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A snapshot that an etcd of some version has sent, and what that etcd answered with then. */
export interface SavedByEtcd {
  /** Such as `3.5.17`. */
  readonly version: string;
  readonly revision: string;
  readonly keys: number;
  /** SHA-256 of all that `describedEntries` told of it, a line each. */
  readonly contents: string;
  /** Compressed by gzip, in base64. */
  readonly snapshot: string;
}

export const savedByEtcds = JSON.parse(
  readFileSync(new URL("saved-by-etcds.json", import.meta.url), "utf8"),
) as readonly SavedByEtcd[];

export function snapshotOf({ snapshot }: SavedByEtcd): Buffer {
  return gunzipSync(Buffer.from(snapshot, "base64"));
}
