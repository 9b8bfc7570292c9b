import { FLAGS } from "./flags.ts";
import type { GivenFlags } from "./parse-flags.ts";
import { UsageError } from "./usage-error.ts";

/** A snapshot's file as the source. */
export interface SnapshotRequest {
  readonly side: "from";
  readonly path: string;
  /** Whether a file without a checksum will do. */
  readonly withoutChecksum: boolean;
}

export function isSnapshotRequest(request: object): request is SnapshotRequest {
  return "path" in request;
}

/**
 * Undefined where none is named.
 *
 * @throws UsageError
 */
export function toSnapshotRequest(values: GivenFlags["values"]): SnapshotRequest | undefined {
  const path = values.get("from-snapshot");
  if (path === undefined || path === true) {
    if (!values.has("without-checksum")) return undefined;
    throw new UsageError("--without-checksum is for a snapshot's file: name it with --from-snapshot FILE");
  }
  if (path === "") throw new UsageError("--from-snapshot is empty: name the snapshot's file");
  if (values.has("from")) {
    throw new UsageError("--from and --from-snapshot exclude each other: say once what to read");
  }
  // Of a source that is asked: its access, and the revision to ask for.
  const foreign = FLAGS.find(({ name }) => name.startsWith("from-") && name !== "from-snapshot" && values.has(name));
  if (foreign?.name === "from-revision") {
    throw new UsageError("--from-revision is given, but the file of --from-snapshot has its one revision only");
  }
  if (foreign !== undefined) {
    throw new UsageError(`--${foreign.name} is given, but --from-snapshot reads a file, which does not use it`);
  }
  return { side: "from", path, withoutChecksum: values.has("without-checksum") };
}
