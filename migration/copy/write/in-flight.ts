/**
 * Tasks running at the same time, at most so many: whoever adds one more waits until one has ended. After the first
 * failure nothing is begun any more; what runs is awaited.
 */
export class InFlight {
  readonly #most: number;
  readonly #onFailure: (error: unknown) => void;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** @param onFailure called once, when the first task fails: the place to make the others stop early. */
  constructor(most: number, onFailure: (error: unknown) => void = () => undefined) {
    this.#most = most;
    this.#onFailure = onFailure;
  }

  /** Begins the task when there is room for it. Throws the first failure of any task so far. */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#most && this.#failure === undefined) {
      await Promise.race(this.#running);
    }
    this.#throwFailure();
    const running: Promise<void> = task()
      .catch((error: unknown) => {
        if (this.#failure === undefined) {
          this.#failure = { error };
          this.#onFailure(error);
        }
      })
      .finally(() => {
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  /** Waits for all tasks, the failed ones too. Never throws. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Waits for all tasks and throws the first failure. */
  async finish(): Promise<void> {
    await this.settle();
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) {
      throw this.#failure.error;
    }
  }
}
