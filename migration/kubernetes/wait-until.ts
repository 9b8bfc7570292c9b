import { setTimeout as sleep } from "node:timers/promises";
import { isTransient, WaitTimeoutError } from "./errors.ts";
import { describeFailure } from "../wording/describe-failure.ts";

/** What one look found: either the end of the waiting, or what there is to see meanwhile. */
export type Look<T> = { readonly done: true; readonly value: T } | { readonly done: false; readonly seen: string };

/** How long a step may wait. */
export interface Patience {
  readonly timeoutSeconds: number;
  /** Ends the waiting at once, with its reason; a look that is under way then only looks. */
  readonly interruption?: AbortSignal | undefined;
}

export interface WaitOptions extends Patience {
  /** Completes `Waited 300 s for ...`. */
  readonly awaited: string;
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
    options.interruption?.throwIfAborted();
    const found = await unlessAborted(lookOnce(look), options.interruption);
    if (found.done) return found.value;
    const remaining = deadline - Date.now();
    if (remaining <= 0) throw new WaitTimeoutError(options.awaited, options.timeoutSeconds, found.seen);
    const pause = Math.min(options.intervalMilliseconds ?? 500, remaining);
    // The reason is raised above.
    await sleep(pause, undefined, { signal: options.interruption }).catch(() => undefined);
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

/** What comes of the promise, unless the signal is aborted before: then its reason, at once. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener("abort", abort, { once: true });
  try {
    if (signal.aborted) abort();
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** What comes of the promise, unless it takes longer: then the error. What it still does is not waited for. */
export async function within<T>(milliseconds: number, promise: Promise<T>, tooLate: () => Error): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(tooLate());
  }, milliseconds);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
