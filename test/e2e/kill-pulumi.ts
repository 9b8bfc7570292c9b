import type { TestStack } from "./pulumi-stack.ts";
import { startUp, unlock } from "./running-up.ts";

/**
 * Runs `pulumi up` on a test's stack and kills it, its plugins and its program with SIGKILL once the condition holds; then frees
 * the stack of the lock that it left.
 */
export async function killUp(stack: TestStack, whenever: () => Promise<void>): Promise<void> {
  const up = startUp(stack);
  await up.until(whenever());
  await up.kill();
  await unlock(stack);
}
