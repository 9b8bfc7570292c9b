import { endianness } from "node:os";
import type { GatheredBytes } from "./file-bytes.ts";
import { ReusedArrays } from "./reused-arrays.ts";
import type { TimeSlices } from "./time-slices.ts";

/** Keys that are somewhere else and are read, many at once, when they are to be compared. */
export interface KeySource {
  readonly count: number;
  keyLength(index: number): number;
  /** The keys of these numbers, in their order; there until others are read. */
  readKeys(indices: Uint32Array): GatheredBytes;
}

export interface KeyOrder {
  /** The numbers of the keys, by key; those of equal keys ascend. */
  readonly order: Uint32Array;
  /** 1 at each place of the order whose key is that of the place before. */
  readonly isSameAsBefore: Uint8Array;
}

/** What is sorted in memory at once. */
export interface SortLimits {
  readonly keys: number;
  readonly bytes: number;
}

const usualLimits: SortLimits = { keys: 64 * 1024, bytes: 4 * 1024 * 1024 };

/** Places of the order, the end exclusive. */
interface Span {
  readonly from: number;
  readonly to: number;
  /** All its keys begin with the same so many bytes. */
  readonly common: number;
}

/**
 * Sorts keys that do not all fit into memory, in byte order. Many are sorted by their next three bytes, after all that they have in
 * common, and what is equal then is sorted on by itself; few are read and compared.
 */
export async function sortKeys(source: KeySource, slices: TimeSlices, limits = usualLimits): Promise<KeyOrder> {
  const order = numbered(new Uint32Array(source.count));
  const isSameAsBefore = new Uint8Array(source.count);
  const sorting: Sorting = { source, order, isSameAsBefore, slices, limits, arrays: new ReusedArrays() };
  const spans: Span[] = [{ from: 0, to: source.count, common: 0 }];
  for (let span = spans.pop(); span !== undefined; span = spans.pop()) {
    if (isSmall(sorting, span)) {
      sortInMemory(sorting, span);
      await slices.pause();
    } else {
      spans.push(...(await sortByNextBytes(sorting, span)));
    }
  }
  sorting.arrays.release();
  return { order, isSameAsBefore };
}

interface Sorting extends KeyOrder {
  readonly source: KeySource;
  readonly slices: TimeSlices;
  readonly limits: SortLimits;
  readonly arrays: ReusedArrays;
}

/** 0, 1, 2, ... */
function numbered(all: Uint32Array): Uint32Array {
  for (let index = 0; index < all.length; index += 1) all[index] = index;
  return all;
}

/** Cuts a span where it may be cut, so that the parts are as large as can be sorted in memory; one may be larger. */
function cut({ source, order, limits }: Sorting, span: Span, mayCutBefore: (place: number) => boolean): Span[] {
  const spans: Span[] = [];
  let from = span.from;
  let lastCut = from;
  let [bytes, bytesSinceCut] = [0, 0];
  for (let place = span.from; place < span.to; place += 1) {
    if (place > from && mayCutBefore(place)) {
      [lastCut, bytesSinceCut] = [place, 0];
    }
    const length = source.keyLength(order[place] ?? 0);
    [bytes, bytesSinceCut] = [bytes + length, bytesSinceCut + length];
    if (lastCut > from && (place + 1 - from > limits.keys || bytes > limits.bytes)) {
      spans.push({ from, to: lastCut, common: span.common });
      [from, bytes] = [lastCut, bytesSinceCut];
    }
  }
  return from < span.to ? [...spans, { from, to: span.to, common: span.common }] : spans;
}

function isSmall({ source, order, limits }: Sorting, { from, to }: Span): boolean {
  if (to - from > limits.keys) return false;
  let bytes = 0;
  for (const index of order.subarray(from, to)) bytes += source.keyLength(index);
  return bytes <= limits.bytes || to - from < 2;
}

function sortInMemory({ source, order, isSameAsBefore, arrays }: Sorting, { from, to }: Span): void {
  if (to - from < 2) return;
  // In the order of their numbers, in which they mostly lie as well.
  const indices = arrays.uint32("indices", to - from);
  indices.set(order.subarray(from, to));
  indices.sort();
  const { bytes, starts } = source.readKeys(indices);
  const compare = (one: number, other: number): number =>
    bytes.compare(bytes, starts[other], starts[other + 1], starts[one], starts[one + 1]);
  const sorted = numbered(arrays.uint32("sorted", indices.length)).sort(
    (one, other) => compare(one, other) || one - other,
  );
  sorted.forEach((each, place) => {
    order[from + place] = indices[each] ?? 0;
    const before = sorted[place - 1];
    if (before !== undefined && compare(before, each) === 0) isSameAsBefore[from + place] = 1;
  });
}

/** Three bytes of a key, and how many of them there are: a key that ends there sorts before one that goes on with zeros. */
const windowBytes = 3;

/** What is left to be sorted of the span. */
async function sortByNextBytes(sorting: Sorting, span: Span): Promise<Span[]> {
  const { order, isSameAsBefore } = sorting;
  const { windows, common } = await readWindows(sorting, span);
  // All windows are the same: beyond what the keys have in common they differ.
  if (common >= span.common + windowBytes) return [{ ...span, common }];
  windows.sort();
  windows.copyIndices(order.subarray(span.from, span.to));
  const isEqual = (place: number): boolean => windows.at(place - span.from) === windows.at(place - 1 - span.from);
  for (let place = span.from + 1; place < span.to; place += 1) {
    // They end within the window: the keys themselves are equal.
    if (isEqual(place) && windows.endsAt(place - span.from)) isSameAsBefore[place] = 1;
  }
  return cut(sorting, span, (place) => !isEqual(place)).flatMap((part) => unlessAllEqual(part, isSameAsBefore));
}

function unlessAllEqual(span: Span, isSameAsBefore: Uint8Array): Span[] {
  const isAllEqual = isSameAsBefore.subarray(span.from + 1, span.to).every((isSame) => isSame === 1);
  return isAllEqual ? [] : [span];
}

async function readWindows(
  { source, order, slices, limits, arrays }: Sorting,
  span: Span,
): Promise<{ windows: Windows; common: number }> {
  const windows = new Windows(span.to - span.from, arrays);
  let first: Buffer | undefined;
  let common = Infinity;
  for (let from = span.from; from < span.to; ) {
    const to = batchEnd(source, order, from, span.to, limits);
    const indices = order.subarray(from, to);
    const { bytes, starts } = source.readKeys(indices);
    indices.forEach((index, each) => {
      const [start = 0, end = 0] = [starts[each], starts[each + 1]];
      windows.set(from - span.from + each, index, bytes, start + span.common, end);
      const key = bytes.subarray(start, end);
      first ??= Buffer.from(key);
      common = Math.min(common, commonBytes(first, key, common));
    });
    from = to;
    await slices.pause();
  }
  return { windows, common };
}

function batchEnd(source: KeySource, order: Uint32Array, from: number, end: number, limits: SortLimits): number {
  let to = from;
  for (let bytes = 0; to < end && to - from < limits.keys; to += 1) {
    bytes += source.keyLength(order[to] ?? 0);
    if (bytes > limits.bytes && to > from) break;
  }
  return to;
}

function commonBytes(left: Buffer, right: Buffer, most: number): number {
  const shorter = Math.min(left.length, right.length, most);
  let common = 0;
  while (common < shorter && left[common] === right[common]) common += 1;
  return common;
}

/** Which half of a 64-bit number comes first in memory. */
const [low, high] = endianness() === "LE" ? [0, 1] : [1, 0];

/** A window and the number of its key in each of 64 bits, which sort as one number. */
class Windows {
  readonly #packed: BigUint64Array;
  readonly #halves: Uint32Array;

  constructor(count: number, arrays: ReusedArrays) {
    this.#halves = arrays.uint32("windows", 2 * count);
    this.#packed = new BigUint64Array(this.#halves.buffer, 0, count);
  }

  set(place: number, index: number, bytes: Buffer, start: number, end: number): void {
    const there = Math.max(0, Math.min(windowBytes, end - start));
    let window = 0;
    for (let byte = 0; byte < windowBytes; byte += 1) {
      window = window * 0x100 + (byte < there ? (bytes[start + byte] ?? 0) : 0);
    }
    this.#halves[2 * place + high] = window * 0x100 + there;
    this.#halves[2 * place + low] = index;
  }

  sort(): void {
    this.#packed.sort();
  }

  at(place: number): number {
    return this.#halves[2 * place + high] ?? 0;
  }

  /** Whether the key ends within the window. */
  endsAt(place: number): boolean {
    return this.at(place) % 0x100 < windowBytes;
  }

  copyIndices(target: Uint32Array): void {
    for (let place = 0; place < target.length; place += 1) target[place] = this.#halves[2 * place + low] ?? 0;
  }
}
