export type StopSignal = "SIGINT" | "SIGTERM";

/** The reason that a signal gives to what it aborts. */
export class InterruptedError extends Error {
  readonly signal: StopSignal;

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}`);
    this.name = "InterruptedError";
    this.signal = signal;
  }
}

export interface Interruption {
  readonly signal: AbortSignal;
  /** The default behaviour of the signals is back. */
  readonly stop: () => void;
}

const SIGNALS: readonly StopSignal[] = ["SIGINT", "SIGTERM"];

/** The first signal aborts; at the second the process ends by it at once, as it would have without this. */
export function watchSignals(say: (line: string) => void): Interruption {
  const controller = new AbortController();
  const onSignal = (signal: StopSignal): void => {
    if (controller.signal.aborted) {
      stop();
      process.kill(process.pid, signal);
      return;
    }
    say(`${signal}: finishing what is under way, then stopping. The same signal again stops at once.`);
    controller.abort(new InterruptedError(signal));
  };
  const stop = (): void => {
    SIGNALS.forEach((signal) => process.off(signal, onSignal));
  };
  SIGNALS.forEach((signal) => process.on(signal, onSignal));
  return { signal: controller.signal, stop };
}

/** The operation's result, or the signal's reason as soon as there is one. For reads, which nobody misses. */
export async function orInterrupted<T>(operation: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason as Error);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([operation, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
