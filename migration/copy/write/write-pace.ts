import { isBusy } from "../store/store-error.ts";

/**
 * How many transactions may be under way at a time, from what the destination makes of them: half as many after it
 * refused one for having too much to do, down to a single one; one more each time that as many have succeeded as are
 * allowed. Whoever waits between two attempts is not under way.
 */
export class WritePace {
  readonly #most: number;
  #limit: number;
  #underWay = 0;
  #successes = 0;
  #cuts = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
    this.#limit = most;
  }

  get limit(): number {
    return this.#limit;
  }

  /**
   * Makes the call when it is its turn, in the order in which calls came.
   *
   * @throws what the call throws, or the signal's reason when it was aborted before the call's turn.
   */
  async run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#turn();
    const cutsBefore = this.#cuts;
    try {
      signal?.throwIfAborted();
      const result = await call();
      this.#raise();
      return result;
    } catch (error) {
      // Refusals of calls that went out together are one sign, not several.
      if (isBusy(error) && cutsBefore === this.#cuts) {
        this.#cut();
      }
      throw error;
    } finally {
      this.#underWay -= 1;
      this.#admit();
    }
  }

  #cut(): void {
    this.#cuts += 1;
    this.#successes = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }

  #raise(): void {
    this.#successes += 1;
    if (this.#successes >= this.#limit && this.#limit < this.#most) {
      this.#successes = 0;
      this.#limit += 1;
    }
  }

  #turn(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#waiting.push(() => {
      resolve(undefined);
    });
    this.#admit();
    return promise;
  }

  #admit(): void {
    while (this.#underWay < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        return;
      }
      this.#underWay += 1;
      next();
    }
  }
}
