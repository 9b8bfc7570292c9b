import type { KeyRange } from "./key-value-store.ts";

/** etcd's own way to say "no upper bound": a range end of one NUL byte. */
const UNBOUNDED = Buffer.of(0);

/** All keys of a store: the first possible one is a NUL byte. */
export const everyKey: KeyRange = { from: Buffer.of(0), to: UNBOUNDED };

/** All keys that begin with a text: the engine takes it as the range that it is, messages its text. */
export interface KeyPrefix extends KeyRange {
  /** Such as `/trident/`. */
  readonly text: string;
}

/** @throws EmptyPrefixError */
export function keyPrefix(text: string): KeyPrefix {
  return { text, ...prefixRange(text) };
}

/**
 * All keys that begin with the prefix, the key equal to the prefix included.
 *
 * @throws EmptyPrefixError for an empty prefix, which would mean the whole store.
 */
export function prefixRange(prefix: string | Buffer): KeyRange {
  const from = typeof prefix === "string" ? Buffer.from(prefix, "utf8") : Buffer.from(prefix);
  if (from.length === 0) {
    throw new EmptyPrefixError();
  }
  return { from, to: endOfPrefix(from) };
}

export class EmptyPrefixError extends Error {
  constructor() {
    super("the prefix is empty, which would mean every key of the store; give the prefix of the keys to copy");
    this.name = "EmptyPrefixError";
  }
}

export function isInRange(range: KeyRange, key: Buffer): boolean {
  return key.compare(range.from) >= 0 && (range.to.equals(UNBOUNDED) || key.compare(range.to) < 0);
}

/** The smallest key greater than the given one: where the next page begins. */
export function keyAfter(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}

/** The prefix with its last byte raised by one. A 0xFF cannot be raised: it is dropped and the byte before it raised. */
function endOfPrefix(prefix: Buffer): Buffer {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) {
    length -= 1;
  }
  const last = prefix[length - 1];
  // Nothing but 0xFF: no key sorts after the prefix without beginning with it.
  if (last === undefined) {
    return UNBOUNDED;
  }
  return Buffer.concat([prefix.subarray(0, length - 1), Buffer.of(last + 1)]);
}
