import { keyLength, valueLength } from "../store/entry-bytes.ts";
import { KeySampler } from "../store/key-sample.ts";
import type { StoredKeyValue } from "../store/key-value-store.ts";

/** How many keys, how large, and which of them have a lease. */
export class KeyTotals {
  keys = 0;
  /** The sum of the lengths of all keys and values. */
  bytes = 0;
  readonly leased = new KeySampler();

  add(entry: StoredKeyValue): void {
    this.keys += 1;
    this.bytes += keyLength(entry) + valueLength(entry);
    if (entry.lease !== 0n) {
      this.leased.add(entry);
    }
  }
}
