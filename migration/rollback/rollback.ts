import { change } from "../wording/change.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import type { InterruptibleLease } from "../lease/interruption.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import { describeFailure } from "../wording/describe-failure.ts";

/** One rollback under way: what its steps share. */
export interface Rollback {
  readonly cluster: ClusterPort;
  readonly lease: InterruptibleLease;
  readonly record: MigrationRecord;
  readonly report: (line: string) => void;
  /** To be called before each step. Raises LeaseLostError, or the reason of the interruption. */
  readonly enter: (step: string) => void;
}

/** What became of Trident when a rollback failed. */
export type RollbackOutcome =
  /** Nothing was done: the message's cause says why. */
  | { readonly kind: "untouched" }
  /** The Lease went to another run, which may start a Trident. */
  | { readonly kind: "leftToOther" }
  | { readonly kind: "newServes" }
  /** An earlier run had put it back, and it may have been used since. */
  | { readonly kind: "legacyStands"; readonly deployment: string }
  | { readonly kind: "noneServes"; readonly why: unknown };

/** The one error that a rollback fails with: its cause, what became of Trident, and the ways on. */
export class RollbackError extends Error {
  override readonly name = "RollbackError";
  readonly outcome: RollbackOutcome["kind"];
  readonly during: string;

  constructor(options: {
    /** Completes `The rollback failed while ...`. */
    readonly during: string;
    readonly cause: unknown;
    readonly outcome: RollbackOutcome;
    /** Full sentences about what is left behind. */
    readonly leftBehind?: readonly string[];
  }) {
    const { during, cause, outcome } = options;
    super(
      [
        `The rollback failed while ${during}: ${withoutFullStop(describeFailure(cause))}.`,
        describeOutcome(outcome),
        ...(options.leftBehind ?? []),
        waysOn(outcome),
      ].join(" "),
      { cause },
    );
    this.outcome = outcome.kind;
    this.during = during;
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}

/** What an action raises that leaves Trident so is raised as a RollbackError. */
export async function leaving<T>(outcome: RollbackOutcome, during: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new RollbackError({ during, cause, outcome });
  }
}

/** A Deployment stands where the legacy one is to be put back. */
export class NameTakenError extends Error {
  override readonly name = "NameTakenError";

  constructor(namespace: string, deployment: string, what: string) {
    super(
      `Deployment ${deployment} in namespace ${namespace} stands, and it is ${what}: the old Trident can't be put back beside ` +
        `it. See \`kubectl --namespace ${namespace} get deployment ${deployment} --output yaml\`, and delete or rename it`,
    );
  }
}

function describeOutcome(outcome: RollbackOutcome): string {
  switch (outcome.kind) {
    case "untouched":
      return "It changed nothing, and started no Trident.";
    case "leftToOther":
      return (
        "What it had begun is left as it is, nothing is changed any more, and no Trident is started: all of that is up to the run " +
        "that has the Lease now."
      );
    case "newServes":
      return "The new Trident serves again on the new etcd, and no state is lost.";
    case "legacyStands":
      return (
        `The old Trident (Deployment ${outcome.deployment}) stands with all that was carried back, and is left as it is: it may ` +
        `be in use.`
      );
    case "noneServes":
      return (
        `The new Trident could NOT be started again (${withoutFullStop(describeFailure(outcome.why))}): no Trident serves now. ` +
        `The whole state is in the new etcd.`
      );
  }
}

function waysOn({ kind }: RollbackOutcome): string {
  const again = "Put that right and run `pulumi up` again to finish the rollback";
  return kind === "legacyStands"
    ? `${again}.`
    : `${again}, or stay with the new Trident: \`${change({ rollback: undefined })} && pulumi up\`.`;
}
