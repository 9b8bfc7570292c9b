import { counted } from "../wording/counted.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import { describeFailure } from "../wording/describe-failure.ts";

/** What the new Trident wrote can't be brought into the embedded etcd. Nothing was written there, unless it says so. */
export class NotCarriedError extends Error {
  override readonly name = "NotCarriedError";

  constructor(embedded: string, why: string) {
    super(`what the new Trident has written can't be carried into ${embedded}: ${why}`);
  }
}

/** Both etcds were written to after they were equal: whichever is kept, something of the other one is given up. */
export class BothWrittenError extends Error {
  override readonly name = "BothWrittenError";

  constructor(sides: {
    readonly embedded: string;
    readonly newEtcd: string;
    readonly old: number;
    readonly new: number;
  }) {
    super(
      `both Tridents have written since the copy: the old one ${counted(sides.old, "key")} in ${sides.embedded}, the new one ` +
        `${counted(sides.new, "key")} in ${sides.newEtcd}`,
    );
  }
}

/** Taking the new Trident back would cost what it wrote, and nobody has said that it may. */
export class NewWritesAtRiskError extends Error {
  override readonly name = "NewWritesAtRiskError";
  /** Undefined when the new etcd could not be asked. */
  readonly keys: number | undefined;

  /** @param remedy whole sentences. */
  constructor(options: { readonly keys?: number; readonly cause: unknown; readonly remedy: string }) {
    const { keys, cause, remedy } = options;
    const wrote =
      keys === undefined
        ? "What the new Trident has written since it was started can't be told"
        : `The new Trident has written ${counted(keys, "key")} since it was started`;
    super(`${wrote}, and ${withoutFullStop(describeFailure(cause))}. ${remedy}`, { cause });
    this.keys = keys;
  }
}
