/**
 * Arrays that are taken again and again for the same purpose, each by its name. The garbage collector sees little of what large arrays
 * take: new ones each time would pile up for seconds.
 */
export class ReusedArrays {
  readonly #buffers = new Map<string, ArrayBuffer>();

  /** What was in it before may still be; it is there until the same is taken again. */
  bytes(name: string, length: number): Buffer {
    return Buffer.from(this.#memory(name, length), 0, length);
  }

  uint32(name: string, length: number): Uint32Array {
    return new Uint32Array(this.#memory(name, 4 * length), 0, length);
  }

  float64(name: string, length: number): Float64Array {
    return new Float64Array(this.#memory(name, 8 * length), 0, length);
  }

  /** Gives back the memory of all of them, now: whoever still has one finds it empty. */
  release(): void {
    for (const memory of this.#buffers.values()) freed(memory);
    this.#buffers.clear();
  }

  #memory(name: string, bytes: number): ArrayBuffer {
    const known = this.#buffers.get(name);
    if (known !== undefined && known.byteLength >= bytes) return known;
    // A little more: the next one is often as long, or nearly.
    const memory = new ArrayBuffer(Math.ceil((bytes * 1.1) / 1024) * 1024);
    this.#buffers.set(name, memory);
    return memory;
  }
}

/** Gives back what an array takes, now and not when the garbage is collected; it is empty then. */
export function freed(memory: ArrayBufferLike): void {
  if (memory instanceof ArrayBuffer) memory.transfer(0);
}
