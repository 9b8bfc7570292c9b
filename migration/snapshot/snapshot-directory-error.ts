import { change } from "../wording/change.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";

/** The folder for snapshots can't be written to. */
export class SnapshotDirectoryError extends Error {
  override readonly name = "SnapshotDirectoryError";

  constructor(directory: string, path: string, cause: unknown) {
    super(
      `No snapshot of the old etcd can be kept in ${directory}: writing ${path} failed ` +
        `(${withoutFullStop(describeFailure(cause))}). Make room there or the folder above it, give yourself the permission to write, name another ` +
        `folder with \`${change({ snapshotDirectory: "PATH" })}\`, or go without a snapshot with ` +
        `\`${change({ snapshotDirectory: "" })}\`; then run \`pulumi up\` again.`,
      { cause },
    );
  }
}
