import * as pulumi from "@pulumi/pulumi";
import { inSettings } from "@trident-etcd/migration/wording/in-settings.ts";

/**
 * The result of `step`. When it fails with one of this project's own errors, whose messages say what is wrong and what to do,
 * the user sees that message alone, in terms of the settings; any other error is a defect and keeps its stack.
 */
export async function explained<Result>(step: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof Error && isOurs(error)) {
      throw new pulumi.RunError(inSettings(error.message), { cause: error });
    }
    throw error;
  }
}

/** Each of our classes has a name of its own; the language's errors go by the name of a global. */
function isOurs(error: Error): boolean {
  return !(error.name in globalThis);
}
