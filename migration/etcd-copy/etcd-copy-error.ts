import type { ChangesAfterCopy } from "../copy/compare/changes-after-copy.ts";
import { EmptySourceError } from "../copy/errors.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";

/** Something wrote to the source while it was copied, so that the copy is not its last state. */
export class SourceChangedError extends Error {
  override readonly name = "SourceChangedError";

  constructor(prefix: string, copiedKeys: number, { written, keys }: ChangesAfterCopy) {
    const number = keys === copiedKeys ? "" : `, and there are ${keys} of them, no longer ${copiedKeys}`;
    super(
      `something writes to the source: keys below ${prefix} that were created or replaced since the copy began: ${written}` +
        `${number}. Stop everything that writes there, and leave it stopped`,
    );
  }
}

/** What became of what a failed copy had written. */
export type Leftover =
  | { readonly kind: "nothing" | "removed" }
  | { readonly kind: "left"; readonly why: unknown }
  /** The Lease went to another run, whose keys they are now. */
  | { readonly kind: "leftToOther" };

/** Nothing counts as copied. `cause` is what went wrong. */
export class EtcdCopyError extends Error {
  override readonly name = "EtcdCopyError";

  constructor(prefix: string, sides: { source: string; destination: string }, cause: unknown, leftover: Leftover) {
    const allowed = cause instanceof EmptySourceError ? "; if it may be empty, set allowEmptySource" : "";
    super(
      `The keys below ${prefix} were not copied from ${sides.source} to ${sides.destination}: ` +
        `${withoutFullStop(describeFailure(cause))}${allowed}. ${describeLeftover(sides.destination, leftover)} ${waysOn(leftover)}`,
      { cause },
    );
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}

function describeLeftover(destination: string, leftover: Leftover): string {
  switch (leftover.kind) {
    case "nothing":
      return "Nothing was written.";
    case "removed":
      return "What had been written was removed again.";
    case "leftToOther":
      return (
        `What this run had written to ${destination} is left as it is: another run has had the Lease meanwhile, and what it copied ` +
        `may be in use by now.`
      );
    case "left":
      return (
        `What had been written could not all be removed from ${destination} again ` +
        `(${withoutFullStop(describeFailure(leftover.why))}): the next run goes on from those keys that are equal to the ` +
        `source's, and names the others.`
      );
  }
}

function waysOn({ kind }: Leftover): string {
  return kind === "leftToOther"
    ? "Look at how the other run ended. If it ended well, the copy is done, and nothing of it is to be repeated or deleted."
    : "Put that right and run `pulumi up` again; what depends on the copy is not started before it is done.";
}
