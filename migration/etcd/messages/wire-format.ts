import { copyKey, copyValue, keyLength, valueLength } from "../../copy/store/entry-bytes.ts";
import type { KeyValue } from "../../copy/store/key-value-store.ts";

/**
 * The few parts of the protocol buffers format that etcd's messages need
 * (https://protobuf.dev/programming-guides/encoding/). etcd3's own codec makes an object and several copies for each
 * field, which costs more than all the rest of a copy; the messages beside this file are encoded with it.
 */

/** Wire types. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Above this a varint no longer fits a number exactly, and is read as a bigint. */
const MOST_SAFE_BYTES = 7;

/** Fills a buffer whose size was computed before. */
export class Writer {
  readonly buffer: Buffer;
  #offset = 0;

  constructor(size: number) {
    this.buffer = Buffer.allocUnsafe(size);
  }

  bytes(field: number, value: Buffer): void {
    this.header(field, value.length);
    value.copy(this.buffer, this.#offset);
    this.#offset += value.length;
  }

  key(field: number, entry: KeyValue): void {
    this.header(field, keyLength(entry));
    this.#offset = copyKey(entry, this.buffer, this.#offset);
  }

  value(field: number, entry: KeyValue): void {
    this.header(field, valueLength(entry));
    this.#offset = copyValue(entry, this.buffer, this.#offset);
  }

  /** The beginning of a nested message (or of bytes) of that length; what follows is its content. */
  header(field: number, length: number): void {
    this.#varint((field << 3) | BYTES);
    this.#varint(length);
  }

  /** A small whole number, a boolean or an enumeration's value. */
  number(field: number, value: number): void {
    this.buffer[this.#offset] = (field << 3) | VARINT;
    this.#offset += 1;
    this.#varint(value);
  }

  /** A 64-bit number, not negative. */
  bigint(field: number, value: bigint): void {
    this.buffer[this.#offset] = (field << 3) | VARINT;
    this.#offset += 1;
    let rest = value;
    while (rest >= 0x80n) {
      this.buffer[this.#offset] = Number(rest & 0x7fn) | 0x80;
      this.#offset += 1;
      rest >>= 7n;
    }
    this.buffer[this.#offset] = Number(rest);
    this.#offset += 1;
  }

  /** What was written, for a buffer that was allocated larger than needed. */
  written(): Buffer {
    return this.buffer.subarray(0, this.#offset);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.#offset] = (rest & 0x7f) | 0x80;
      this.#offset += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.#offset] = rest;
    this.#offset += 1;
  }
}

/** Walks the fields of a message and of those nested in it. Byte fields are views of the message, not copies. */
export class Reader {
  readonly buffer: Buffer;
  #end: number;
  #offset: number;
  #wireType = VARINT;
  #lastNumber: number | bigint = 0;
  #lastBigint = 0n;

  /** @param end exclusive; the message is what lies before it. */
  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.buffer = buffer;
    this.#offset = start;
    this.#end = end;
  }

  /** How far into the buffer it is. */
  get position(): number {
    return this.#offset;
  }

  /** Moves to the next field: its number, 0 at the end of the message that is being read. Each is to be read or skipped. */
  next(): number {
    if (this.#offset >= this.#end) {
      return 0;
    }
    const tag = this.number();
    this.#wireType = tag & 7;
    return tag >>> 3;
  }

  /** @throws RangeError for one above 2^53. */
  number(): number {
    const value = this.#varint();
    if (typeof value === "bigint") {
      throw new RangeError("a number in an answer is larger than expected");
    }
    return value;
  }

  /** Exact for all of 64 bits, unsigned. Neighbours often share a revision: no new bigint is made for the same number. */
  bigint(): bigint {
    const value = this.#varint();
    if (value !== this.#lastNumber) {
      this.#lastNumber = value;
      this.#lastBigint = BigInt(value);
    }
    return this.#lastBigint;
  }

  bytes(): Buffer {
    const start = this.span();
    return this.buffer.subarray(start, this.#offset);
  }

  /** Skips a field of bytes: where they begin in the buffer. They end at the position. */
  span(): number {
    const end = this.#endOfField();
    const start = this.#offset;
    this.#offset = end;
    return start;
  }

  /** Reads the nested message with the function, and goes on behind it, whatever of it was read. */
  message<T>(read: (reader: this) => T): T {
    const outerEnd = this.#end;
    this.#end = this.#endOfField();
    const result = read(this);
    this.#offset = this.#end;
    this.#end = outerEnd;
    return result;
  }

  skip(): void {
    switch (this.#wireType) {
      case VARINT:
        this.#varint();
        break;
      case FIXED64:
        this.#offset += 8;
        break;
      case BYTES:
        this.#offset = this.#endOfField();
        break;
      case FIXED32:
        this.#offset += 4;
        break;
      default:
        throw new RangeError(`an answer has a field of wire type ${this.#wireType}`);
    }
  }

  /** Reads the length that begins a field of bytes. */
  #endOfField(): number {
    const length = this.number();
    const end = this.#offset + length;
    if (end > this.#end) {
      throw new RangeError("an answer ends in the midst of a field");
    }
    return end;
  }

  #varint(): number | bigint {
    // Nearly all are this short: tags, lengths, early revisions.
    const first = this.#byte();
    if (first < 0x80) {
      return first;
    }
    const second = this.#byte();
    if (second < 0x80) {
      return (first & 0x7f) | (second << 7);
    }
    const third = this.#byte();
    if (third < 0x80) {
      return (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
    }
    let value = (first & 0x7f) | ((second & 0x7f) << 7) | ((third & 0x7f) << 14);
    let factor = 2 ** 21;
    for (let index = 3; index < MOST_SAFE_BYTES; index += 1) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        return value;
      }
      factor *= 0x80;
    }
    let large = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      large |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return BigInt.asUintN(64, large);
      }
    }
    throw new RangeError("an answer has a number of more than 64 bits");
  }

  #byte(): number {
    const byte = this.buffer[this.#offset];
    if (byte === undefined || this.#offset >= this.#end) {
      throw new RangeError("an answer ends in the midst of a number");
    }
    this.#offset += 1;
    return byte;
  }
}
