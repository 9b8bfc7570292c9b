import { CopyMismatchError } from "../errors.ts";
import { KeySampler } from "../store/key-sample.ts";
import type { StoredKeyValue } from "../store/key-value-store.ts";
import type { Tally } from "./merge-join.ts";

/** The keys in which two sides are not the same. */
export class Differences implements Tally {
  readonly #missing = new KeySampler();
  readonly #extra = new KeySampler();
  readonly #different = new KeySampler();
  readonly #isSame: (source: StoredKeyValue, destination: StoredKeyValue) => boolean;

  constructor(isSame: (source: StoredKeyValue, destination: StoredKeyValue) => boolean) {
    this.#isSame = isSame;
  }

  get count(): number {
    return this.#missing.count + this.#extra.count + this.#different.count;
  }

  onlySource(entry: StoredKeyValue): void {
    this.#missing.add(entry);
  }

  onlyDestination(entry: StoredKeyValue): void {
    this.#extra.add(entry);
  }

  both(source: StoredKeyValue, destination: StoredKeyValue): void {
    if (!this.#isSame(source, destination)) this.#different.add(source);
  }

  /** @throws CopyMismatchError that names the first of each kind. */
  refuse(): void {
    if (this.count > 0) {
      const [missing, extra, different] = [this.#missing.sample(), this.#extra.sample(), this.#different.sample()];
      throw new CopyMismatchError({ missing, extra, different });
    }
  }
}
