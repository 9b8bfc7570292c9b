import { withoutFullStop } from "../kubernetes/errors.ts";
import { describeFailure } from "../wording/describe-failure.ts";

/** How things stand when a restore fails: nothing is taken back, since what was there before served nobody. */
export interface RestoreStanding {
  /** Whether this restore has stopped Trident. */
  readonly isTridentStopped: boolean;
  /** Whether it keeps clients from the etcd. */
  readonly areClientsHeldOff: boolean;
  /** The kept file with the state, once there is one. */
  readonly file?: string | undefined;
  /** Whether the lost EtcdCluster was, or may have been, deleted. */
  readonly isEtcdRemade: boolean;
}

/** Nothing counts as restored. `cause` is what went wrong. */
export class RestoreError extends Error {
  override readonly name = "RestoreError";

  constructor(
    during: string,
    cause: unknown,
    { isTridentStopped, areClientsHeldOff, isEtcdRemade, file }: RestoreStanding,
  ) {
    const standing = [
      ...(isTridentStopped ? ["Trident is stopped, and stays so until the state is restored."] : []),
      ...(areClientsHeldOff ? ["Clients are kept from the etcd until then."] : []),
      ...(isTridentStopped || areClientsHeldOff ? [] : ["Nothing was stopped or deleted."]),
      ...(isEtcdRemade ? ["The lost EtcdCluster was deleted; it is not deleted again."] : []),
      ...(file === undefined ? [] : [`The state is in ${file}, which is only read; keep it.`]),
    ];
    super(
      `The restore failed while ${during}: ${withoutFullStop(describeFailure(cause))}. ${standing.join(" ")} ` +
        `Put that right and run \`pulumi up\` again: it goes on from there.`,
      { cause },
    );
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}
