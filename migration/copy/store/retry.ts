import { setTimeout as sleep } from "node:timers/promises";
import { isTransient } from "./store-error.ts";

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  /** No attempt begins later than this after the first one failed. Default 30,000. */
  readonly retryForMilliseconds?: number | undefined;
}

const DEFAULT_RETRY_FOR_MILLISECONDS = 30_000;
const FIRST_DELAY_MILLISECONDS = 50;
const LONGEST_DELAY_MILLISECONDS = 3_000;

/**
 * Runs an operation until it succeeds, fails for good, is aborted, or the time for retries is over.
 *
 * @throws the operation's last error, or the signal's reason.
 */
export async function withRetries<T>(operation: () => Promise<T>, options: RetryOptions): Promise<T> {
  let giveUpAt: number | undefined;
  for (let attempt = 0; ; attempt += 1) {
    options.signal?.throwIfAborted();
    try {
      return await operation();
    } catch (error) {
      giveUpAt ??= performance.now() + (options.retryForMilliseconds ?? DEFAULT_RETRY_FOR_MILLISECONDS);
      const delay = delayBefore(attempt + 1, Math.random());
      if (!isTransient(error) || performance.now() + delay > giveUpAt) {
        throw error;
      }
      await pause(delay, options.signal);
    }
  }
}

/**
 * Milliseconds to wait before the n-th retry (from 1): doubling, bounded, and spread over its upper half so that
 * transactions which failed together do not come back together.
 *
 * @param random from 0 (inclusive) to 1 (exclusive).
 */
export function delayBefore(retry: number, random: number): number {
  const longest = Math.min(FIRST_DELAY_MILLISECONDS * 2 ** (retry - 1), LONGEST_DELAY_MILLISECONDS);
  return longest / 2 + (longest / 2) * random;
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch {
    // The timer rejects with an AbortError of its own; the caller gave a better reason.
    signal?.throwIfAborted();
  }
}
