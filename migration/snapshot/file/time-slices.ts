import { setImmediate } from "node:timers/promises";

const sliceMilliseconds = 10;

/**
 * Shares the process with everything else: reads from a file that wait for nothing would keep it from connections and signals.
 */
export class TimeSlices {
  readonly #signal: AbortSignal | undefined;
  #began = performance.now();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** To be called between two pieces of work. Raises the signal's reason. */
  async pause(): Promise<void> {
    if (performance.now() - this.#began < sliceMilliseconds) return;
    await setImmediate();
    this.#signal?.throwIfAborted();
    this.#began = performance.now();
  }
}
