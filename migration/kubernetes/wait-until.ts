import { setTimeout as sleep } from "node:timers/promises";
import { isTransient, WaitTimeoutError } from "./errors.ts";
import { describeFailure } from "./describe-failure.ts";

/** What one look found: either the end of the waiting, or what there is to see meanwhile. */
export type Look<T> = { readonly done: true; readonly value: T } | { readonly done: false; readonly seen: string };

export interface WaitOptions {
  /** Completes `Waited 300 s for ...`. */
  readonly awaited: string;
  readonly timeoutSeconds: number;
  /** Between two looks. @default 500 */
  readonly intervalMilliseconds?: number;
}

export function seenDone<T>(value: T): Look<T> {
  return { done: true, value };
}

export function seenSoFar(seen: string): Look<never> {
  return { done: false, seen };
}

/**
 * Looks again and again until a look is done. A cluster that is away for a moment counts as a look that saw just that;
 * any other error that a look raises ends the waiting. Raises WaitTimeoutError, with what was seen last, at the deadline.
 */
export async function waitUntil<T>(options: WaitOptions, look: () => Promise<Look<T>>): Promise<T> {
  const deadline = Date.now() + options.timeoutSeconds * 1000;
  for (;;) {
    const found = await lookOnce(look);
    if (found.done) return found.value;
    const remaining = deadline - Date.now();
    if (remaining <= 0) throw new WaitTimeoutError(options.awaited, options.timeoutSeconds, found.seen);
    await sleep(Math.min(options.intervalMilliseconds ?? 500, remaining));
  }
}

async function lookOnce<T>(look: () => Promise<Look<T>>): Promise<Look<T>> {
  try {
    return await look();
  } catch (error) {
    if (isTransient(error)) return seenSoFar(describeFailure(error));
    throw error;
  }
}
