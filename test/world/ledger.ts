/** What a client was told is stored: keys with their values. Whoever takes one out says why it may be gone. */
export class Ledger {
  readonly #stored = new Map<string, string>();

  /** The etcd has said that it is stored. */
  told(key: string, value: string): void {
    this.#stored.set(key, value);
  }

  /** Those that are not there, or not with that value. */
  missingIn(state: ReadonlyMap<string, string>): string[] {
    return [...this.#stored].filter(([key, value]) => state.get(key) !== value).map(([key]) => key);
  }

  /** Somebody was told that these are gone. */
  givenUp(keys: readonly string[]): void {
    for (const key of keys) this.#stored.delete(key);
  }

  any(): string | undefined {
    return this.#stored.keys().next().value;
  }
}
