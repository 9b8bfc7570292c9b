import { keyLength, valueLength } from "../store/entry-bytes.ts";
import type { KeyValue } from "../store/key-value-store.ts";

/** etcd refuses a transaction with more than 128 operations (its default `--max-txn-ops`). */
export const MOST_OPERATIONS = 128;

/** What one request brings with createRun: far fewer requests and syncs to disk; more has hardly any effect. */
export const MOST_KEYS_OF_RUN = 512;

/** Stays well below etcd's 1.5 MiB for a request (its default `--max-request-bytes`). */
export const MOST_BYTES = 1024 * 1024;

/** What a compare, a put and a get of one key add to a request beside the key and the value, rounded up. */
const FRAMING_BYTES = 64;

/**
 * Cuts entries, in their order, into the contents of single transactions. An entry that alone exceeds the byte limit
 * gets a transaction of its own: whether the server takes it is the server's to say. Limits that are lowered meanwhile
 * hold for what is cut after that.
 */
export function* batchesOf<Entry extends KeyValue>(
  entries: readonly Entry[],
  limits: { readonly operations: number; readonly bytes: number } = { operations: MOST_OPERATIONS, bytes: MOST_BYTES },
): Generator<readonly Entry[]> {
  let start = 0;
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    const size = bytesInTransaction(entry);
    if (index > start && (index - start >= limits.operations || bytes + size > limits.bytes)) {
      yield entries.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < entries.length) {
    yield entries.slice(start);
  }
}

/** The key appears three times: in the guard, in the put and in the read that the guard's failure asks for. */
export function bytesInTransaction(entry: KeyValue): number {
  return 3 * keyLength(entry) + valueLength(entry) + FRAMING_BYTES;
}

/** The items in their order, so many at a time; the last group has what is left. */
export function* groupsOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[], undefined> {
  for (let start = 0; start < items.length; start += size) {
    yield items.slice(start, start + size);
  }
  return undefined;
}
