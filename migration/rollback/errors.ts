import { withoutFullStop } from "../kubernetes/errors.ts";
import { describeFailure } from "../wording/describe-failure.ts";

/** Somebody or something has written to the embedded etcd since the migration: what it wrote would be overwritten. */
export class EmbeddedEtcdWrittenError extends Error {
  override readonly name = "EmbeddedEtcdWrittenError";

  constructor(embedded: string, revisions: { readonly recorded: string; readonly found: bigint }) {
    super(
      `Something has written to ${embedded} since the migration: it is at revision ${revisions.found.toString()}, and the ` +
        `migration left it at ${revisions.recorded}. What was written there is not in the new etcd, and would be overwritten. ` +
        `Find out what it was; if nothing of it is needed, bring the claim's data back to how it was with the snapshot that ` +
        `the migration took (docs/restoring-the-old-etcd.md).`,
    );
  }
}

/** One of the two etcds is not the one that the migration recorded. */
export class OtherEtcdError extends Error {
  override readonly name = "OtherEtcdError";

  constructor(which: string, clusterIds: { readonly recorded: string; readonly found: string }) {
    super(
      `${which} is etcd cluster ${clusterIds.found}, and the migration's record has ${clusterIds.recorded}: it was made anew ` +
        `or restored since, so what changed since the migration can't be told. Carry its state back by hand, as ` +
        `docs/copying-by-hand.md says.`,
    );
  }
}

/** The new etcd holds nothing: to carry that back would delete the whole state. */
export class EmptyNewEtcdError extends Error {
  override readonly name = "EmptyNewEtcdError";

  constructor(newEtcd: string, prefix: string) {
    super(
      `There is no key under ${prefix} in ${newEtcd}: carrying that back would delete all of the old Trident's state. Find ` +
        `out what emptied it, and restore it first.`,
    );
  }
}

/** A Deployment stands where the old one is to be put back. */
export class NameTakenError extends Error {
  override readonly name = "NameTakenError";

  constructor(namespace: string, deployment: string, what: string) {
    super(
      `Deployment ${deployment} in namespace ${namespace} stands, and it is ${what}: the old Trident can't be put back beside ` +
        `it. See \`kubectl --namespace ${namespace} get deployment ${deployment} --output yaml\`, and delete or rename it`,
    );
  }
}

/** What became of Trident when a rollback failed. */
export type RollbackOutcome =
  /** Nothing was done: the message's cause says why. */
  | { readonly kind: "untouched" }
  /** The Lease went to another run, which may start a Trident. */
  | { readonly kind: "leftToOther" }
  | { readonly kind: "newServes" }
  /** An earlier run had put it back, and it may have been used since. */
  | { readonly kind: "oldStands"; readonly deployment: string }
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
    case "oldStands":
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
  return kind === "oldStands"
    ? `${again}.`
    : `${again}, or stay with the new Trident: \`pulumi config rm rollback && pulumi up\`.`;
}
