import { counted } from "@trident-etcd/migration/wording/counted.ts";

/** Something is wrong with the stack's settings; the message lists all that is. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The stack's settings cannot be used (${counted(problems.length, "problem")}); ` +
        `nothing was changed.\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
    this.problems = problems;
  }
}
