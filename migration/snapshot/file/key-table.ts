import type { FileBytes, GatheredBytes } from "./file-bytes.ts";
import { ReusedArrays } from "./reused-arrays.ts";
import { keyOffset } from "./revisions.ts";
import type { KeyOrder } from "./sort-keys.ts";

/** Keys of so many are kept together: a table grows without being copied. */
const segmentKeys = 65_536;

class Segment {
  readonly positions = new Float64Array(segmentKeys);
  readonly keyLengths = new Uint32Array(segmentKeys);
  /** 0 for a key that was deleted. */
  readonly recordLengths = new Uint32Array(segmentKeys);
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
    const place = this.#count % segmentKeys;
    if (place === 0) this.#segments.push(new Segment());
    const segment = this.#segments.at(-1);
    if (segment === undefined) return;
    segment.positions[place] = position;
    segment.keyLengths[place] = keyLength;
    segment.recordLengths[place] = recordLength;
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

  /** Of each key that is not deleted its last record, by key. Of one key, those with higher numbers are later ones. */
  latest({ order, isSameAsBefore }: KeyOrder): KeyTable {
    const table = new KeyTable(this.#file);
    for (let place = 0; place < order.length; place += 1) {
      const index = order[place] ?? 0;
      const recordLength = this.recordLength(index);
      const isLast = isSameAsBefore[place + 1] !== 1;
      if (isLast && recordLength > 0) table.add(this.#positionOf(index), this.keyLength(index), recordLength);
    }
    return table;
  }

  #positionOf(index: number): number {
    return this.#segmentOf(index)?.positions[index % segmentKeys] ?? 0;
  }

  #segmentOf(index: number): Segment | undefined {
    return this.#segments[Math.floor(index / segmentKeys)];
  }
}
