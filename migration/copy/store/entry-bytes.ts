import type { KeyValue } from "./key-value-store.ts";

/**
 * What the copy asks of the bytes of an entry. A page holds thousands of entries, and a Buffer object for each key and
 * value costs more than all that is done with them: an entry that tells its place is handled within the buffer it lies in.
 */

export function keyLength(entry: KeyValue): number {
  const { place } = entry;
  return place === undefined ? entry.key.length : place.keyEnd - place.keyStart;
}

export function valueLength(entry: KeyValue): number {
  const { place } = entry;
  return place === undefined ? entry.value.length : place.valueEnd - place.valueStart;
}

/** The sum of the lengths of all keys and values. */
export function bytesOf(entries: readonly KeyValue[]): number {
  let bytes = 0;
  for (const entry of entries) {
    bytes += keyLength(entry) + valueLength(entry);
  }
  return bytes;
}

/** As Buffer.compare of the two keys. */
export function compareKeys(left: KeyValue, right: KeyValue): number {
  const [one, other] = [left.place, right.place];
  if (one === undefined || other === undefined) {
    return left.key.compare(right.key);
  }
  // Neighbours differ within a few dozen bytes: a loop is through before a call of Buffer.compare would have begun.
  const common = Math.min(one.keyEnd - one.keyStart, other.keyEnd - other.keyStart);
  for (let index = 0; index < common; index += 1) {
    const difference = (one.buffer[one.keyStart + index] ?? 0) - (other.buffer[other.keyStart + index] ?? 0);
    if (difference !== 0) {
      return difference < 0 ? -1 : 1;
    }
  }
  return Math.sign(keyLength(left) - keyLength(right));
}

export function hasSameValue(left: KeyValue, right: KeyValue): boolean {
  const [one, other] = [left.place, right.place];
  if (one === undefined || other === undefined) {
    return left.value.equals(right.value);
  }
  const { valueStart, valueEnd } = other;
  return one.buffer.compare(other.buffer, valueStart, valueEnd, one.valueStart, one.valueEnd) === 0;
}

/** Answers where the key ends in the target. */
export function copyKey(entry: KeyValue, target: Buffer, offset: number): number {
  const { place } = entry;
  return (
    offset +
    (place === undefined
      ? entry.key.copy(target, offset)
      : place.buffer.copy(target, offset, place.keyStart, place.keyEnd))
  );
}

/** Answers where the value ends in the target. */
export function copyValue(entry: KeyValue, target: Buffer, offset: number): number {
  const { place } = entry;
  return (
    offset +
    (place === undefined
      ? entry.value.copy(target, offset)
      : place.buffer.copy(target, offset, place.valueStart, place.valueEnd))
  );
}
