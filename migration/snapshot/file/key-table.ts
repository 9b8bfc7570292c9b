import type { FileBytes, GatheredBytes } from "./file-bytes.ts";
import { freed, ReusedArrays } from "./reused-arrays.ts";
import { keyOffset } from "./revisions.ts";
import type { KeyOrder } from "./sort-keys.ts";

/** Keys of so many are kept together: a table grows without being copied. */
const segmentKeys = 65_536;

class Segment {
  readonly positions = new Float64Array(segmentKeys);
  readonly keyLengths = new Uint32Array(segmentKeys);
  /** 0 for a key that was deleted. */
  readonly recordLengths = new Uint32Array(segmentKeys);

  release(): void {
    for (const { buffer } of [this.positions, this.keyLengths, this.recordLengths]) freed(buffer);
  }
}

/**
 * Where in a file records of keys lie, in 16 bytes for each, however long its key is.
 */
export class KeyTable {
  readonly #file: FileBytes;
  readonly #segments: Segment[] = [];
  #count = 0;
  /** For the keys that are read. */
  readonly #arrays = new ReusedArrays();

  constructor(file: FileBytes) {
    this.#file = file;
  }

  get count(): number {
    return this.#count;
  }

  add(position: number, keyLength: number, recordLength: number): void {
    if (this.#count % segmentKeys === 0) this.#segments.push(new Segment());
    this.#set(this.#count, position, keyLength, recordLength);
    this.#count += 1;
  }

  keyLength(index: number): number {
    return this.#segmentOf(index)?.keyLengths[index % segmentKeys] ?? 0;
  }

  recordLength(index: number): number {
    return this.#segmentOf(index)?.recordLengths[index % segmentKeys] ?? 0;
  }

  key(index: number): Buffer {
    const length = this.keyLength(index);
    return this.#file.read(this.#positionOf(index) + keyOffset(length), length);
  }

  /** The keys of these numbers, in their order; there until others are read. */
  readKeys(indices: Uint32Array): GatheredBytes {
    const lengths = this.#arrays.uint32("lengths", indices.length);
    const positions = this.#arrays.float64("positions", indices.length);
    for (let each = 0; each < indices.length; each += 1) {
      const index = indices[each] ?? 0;
      const length = this.keyLength(index);
      lengths[each] = length;
      positions[each] = this.#positionOf(index) + keyOffset(length);
    }
    return this.#file.gather(positions, lengths, this.#arrays);
  }

  /** The records from a number up to and without another one. */
  readRecords(from: number, to: number): GatheredBytes {
    const lengths = new Uint32Array(to - from);
    const positions = new Float64Array(to - from);
    for (let index = from; index < to; index += 1) {
      lengths[index - from] = this.recordLength(index);
      positions[index - from] = this.#positionOf(index);
    }
    return this.#file.gather(positions, lengths);
  }

  /**
   * Keeps of each key that is not deleted its last record, by key; all else goes. Of one key, those with higher numbers are later ones.
   * In place, and the order is used up: a second table, or what is freed some time later, would be much of what there is in all.
   */
  keepLatest({ order, isSameAsBefore }: KeyOrder): void {
    let kept = 0;
    for (let place = 0; place < order.length; place += 1) {
      const index = order[place] ?? 0;
      if (isSameAsBefore[place + 1] === 1 || this.recordLength(index) === 0) continue;
      // What does not stay changes places with what does, and so comes to lie behind it.
      order[place] = order[kept] ?? 0;
      order[kept] = index;
      kept += 1;
    }
    this.#rearrange(order);
    for (const segment of this.#segments.splice(Math.ceil(kept / segmentKeys))) segment.release();
    this.#count = kept;
    for (const { buffer } of [order, isSameAsBefore]) freed(buffer);
    this.#arrays.release();
  }

  /** Puts at each place the record of the number that the order has there. */
  #rearrange(order: Uint32Array): void {
    for (let first = 0; first < order.length; first += 1) {
      const [position, keyLength, recordLength] = [
        this.#positionOf(first),
        this.keyLength(first),
        this.recordLength(first),
      ];
      // Each place takes from the next one of its circle, and the last one what the first one had.
      let place = first;
      for (let from = order[place] ?? first; from !== first; from = order[place] ?? first) {
        this.#set(place, this.#positionOf(from), this.keyLength(from), this.recordLength(from));
        order[place] = place;
        place = from;
      }
      order[place] = place;
      this.#set(place, position, keyLength, recordLength);
    }
  }

  #set(index: number, position: number, keyLength: number, recordLength: number): void {
    const [segment, place] = [this.#segmentOf(index), index % segmentKeys];
    if (segment === undefined) return;
    segment.positions[place] = position;
    segment.keyLengths[place] = keyLength;
    segment.recordLengths[place] = recordLength;
  }

  #positionOf(index: number): number {
    return this.#segmentOf(index)?.positions[index % segmentKeys] ?? 0;
  }

  #segmentOf(index: number): Segment | undefined {
    return this.#segments[Math.floor(index / segmentKeys)];
  }
}
