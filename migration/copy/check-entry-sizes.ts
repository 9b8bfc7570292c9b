import { keyLength, valueLength } from "./store/entry-bytes.ts";
import { EntriesTooLargeError, type TooLargeEntry } from "./errors.ts";
import { KEYS_LISTED } from "./store/key-sample.ts";
import type { KeyAtRevision, KeyRange, KeyValue, KeyValueStore } from "./store/key-value-store.ts";
import { withRetries, type RetryOptions } from "./store/retry.ts";
import { isRequestTooLarge } from "./store/store-error.ts";
import { creationBytes, deletionBytes } from "./write/request-bytes.ts";

/** A hundredth of etcd's default limit: no etcd is asked about smaller ones. One that refuses them ends the copy. */
const ALWAYS_TAKEN_BYTES = 16 * 1024;

/** The entries whose transactions are the largest, those that every etcd takes left out. */
export class LargestEntries {
  readonly #entries: TooLargeEntry[] = [];

  add(entry: KeyValue): void {
    const [keyBytes, valueBytes] = [keyLength(entry), valueLength(entry)];
    // The cheap test first: this is called for every entry of a store.
    if (3 * keyBytes + valueBytes < ALWAYS_TAKEN_BYTES / 2) {
      return;
    }
    const requestBytes = creationBytes(keyBytes, valueBytes);
    const smallest = this.#entries.at(-1)?.requestBytes ?? 0;
    if (requestBytes <= ALWAYS_TAKEN_BYTES || (this.#entries.length === KEYS_LISTED && requestBytes <= smallest)) {
      return;
    }
    // A copy of the key: it is a view of its page, which would be kept with it.
    this.#entries.push({ key: Buffer.from(entry.key), valueBytes, requestBytes });
    this.#entries.sort((left, right) => right.requestBytes - left.requestBytes);
    this.#entries.length = Math.min(this.#entries.length, KEYS_LISTED);
  }

  /** At most ten, the largest first. */
  get entries(): readonly TooLargeEntry[] {
    return this.#entries;
  }
}

export interface SizeOptions extends RetryOptions {
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
}

/**
 * Asks the destination whether it takes transactions as large as those of the entries: one request when it does. etcd does
 * not tell its limit, so each question is a transaction of that size that changes nothing.
 *
 * @returns what to throw; undefined when all are taken.
 */
export async function findTooLargeEntries(
  { entries }: LargestEntries,
  options: SizeOptions,
): Promise<EntriesTooLargeError | undefined> {
  const refused: TooLargeEntry[] = [];
  let cause: unknown;
  for (const entry of entries) {
    const refusal = await refusalOfSize(entry.requestBytes, options);
    if (refusal === undefined) {
      break;
    }
    cause ??= refusal;
    refused.push(entry);
  }
  return refused.length === 0 ? undefined : new EntriesTooLargeError(refused, refused.length < KEYS_LISTED, cause);
}

async function refusalOfSize(bytes: number, { destination, range, ...retry }: SizeOptions): Promise<unknown> {
  try {
    await withRetries(() => destination.deleteUnchanged([probe(range.from, bytes)]), retry);
    return undefined;
  } catch (error) {
    if (!isRequestTooLarge(error)) {
      throw error;
    }
    return error;
  }
}

/** Two revisions that no store reaches, and whose encodings are 8 and 9 bytes long: sizes may be even or odd. */
const UNREACHABLE_REVISIONS = [
  { revision: 1n << 49n, bytes: 8 },
  { revision: 1n << 56n, bytes: 9 },
];

/**
 * Something to delete which is never there, with a name as long as makes the transaction that many bytes (at most a few
 * less, never more). A deletion takes nothing of etcd's quota, where a put that exceeds it would raise the alarm.
 */
export function probe(from: Buffer, bytes: number): KeyAtRevision {
  for (let length = Math.floor(bytes / 2); length > from.length; length -= 1) {
    for (const { revision, bytes: revisionBytes } of UNREACHABLE_REVISIONS.toReversed()) {
      if (deletionBytes(length, revisionBytes) <= bytes) {
        return { key: Buffer.concat([from, Buffer.alloc(length - from.length, "~")]), modRevision: revision };
      }
    }
  }
  throw new RangeError(`no transaction of ${bytes} bytes has a key that begins with ${from.length} others`);
}
