import { describeFailure } from "../wording/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";

/** Whose last snapshot is meant. */
export interface LastEtcd {
  readonly namespace: string;
  readonly etcdCluster: string;
  readonly snapshotDirectory: string;
  /** Whether it is only tried whether one could be saved, before anything is deleted. */
  readonly isTrial?: boolean;
  /** @default names the component's arguments */
  readonly advice?: FinalSnapshotAdvice;
}

/** How whoever runs the program says what it is to do instead: commands that come before a `pulumi destroy`, without quotes. */
export interface FinalSnapshotAdvice {
  readonly noSnapshot: string;
  /** PATH stands for it. */
  readonly anotherFolder: string;
  /** Has the etcd that is there recorded, for one with the cluster id that ID stands for. */
  readonly anotherEtcd: string;
}

/** Without a snapshot the etcd is not deleted: an error of this kind leaves it, with its data, where it is. */
export class FinalSnapshotError extends Error {
  override readonly name: string = "FinalSnapshotError";

  constructor({ namespace, etcdCluster, isTrial, advice }: LastEtcd, problem: string, remedy: string, cause: unknown) {
    super(
      `Before EtcdCluster ${etcdCluster} in namespace ${namespace} is deleted, and with it all that is in it, a snapshot of ` +
        `it is saved; ${problem}. ${isTrial === true ? nothingDeleted : usersDeleted} ${remedy} To go without that snapshot: ` +
        `${advice === undefined ? 'give snapshotDirectory "" and run `pulumi up`' : `\`${advice.noSnapshot}\``}, then \`pulumi destroy\`.`,
      { cause },
    );
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}

const nothingDeleted = "Nothing was deleted.";
const usersDeleted =
  "The etcd stands, and nothing of it was deleted; what used it is gone, and `pulumi up` makes it anew.";

/** The etcd answers, and this machine can't keep what it says. */
export class FinalSnapshotNotWrittenError extends FinalSnapshotError {
  override readonly name = "FinalSnapshotNotWrittenError";

  constructor(etcd: LastEtcd, cause: unknown) {
    const folder = etcd.advice?.anotherFolder;
    super(
      etcd,
      `it can't be written to ${etcd.snapshotDirectory}: ${reasonOf(cause)}`,
      "Make room there, make the folder above it, or give yourself the permission to write, and run `pulumi destroy` again; " +
        `for another folder, ${folder === undefined ? "give its path as snapshotDirectory and run `pulumi up`" : `\`${folder}\``} first.`,
      cause,
    );
  }
}

/** Members hold the state, or may hold it, and it can't be had from them: they are never taken for nobody to ask. */
export class FinalSnapshotRefusedError extends FinalSnapshotError {
  override readonly name = "FinalSnapshotRefusedError";

  constructor(etcd: LastEtcd, reasons: readonly string[], cause: unknown) {
    super(
      etcd,
      `its members have the state, but none gives it all: ${reasons.map(withoutFullStop).join("; ")}`,
      "Put that right (`pulumi refresh` and `pulumi up` make Secrets anew that were deleted and certificates that have ended), " +
        "and run `pulumi destroy` again. A member that is gone for good, for one with its node, and what only it had, is given up by " +
        `deleting its pod: \`kubectl --namespace ${etcd.namespace} delete pod NAME --force --grace-period 0\`.`,
      cause,
    );
  }
}

/** The file system's own words, without the advice that a migration gives. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return withoutFullStop(describeFailure(cause));
}
