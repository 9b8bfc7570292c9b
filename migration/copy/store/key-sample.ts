import { printableKey } from "./printable-key.ts";

/** How many keys a message lists. */
export const KEYS_LISTED = 10;

/** Keys of one kind: how many, and the printable names of the first ten. */
export interface KeySample {
  readonly count: number;
  readonly first: readonly string[];
}

/** Counts keys and remembers the first of them; holds no more however many there are. */
export class KeySampler implements KeySample {
  count = 0;
  readonly first: string[] = [];

  add({ key }: { readonly key: Buffer }): void {
    this.count += 1;
    if (this.first.length < KEYS_LISTED) {
      this.first.push(printableKey(key));
    }
  }

  /** What was counted so far, for an error to carry. */
  sample(): KeySample {
    return { count: this.count, first: this.first };
  }
}
