import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { ReusedArrays } from "./reused-arrays.ts";
import { SnapshotFileError, type SnapshotProblem } from "./snapshot-file-error.ts";

/** Several pieces of a file, one behind the other in the order in which they were asked for. */
export interface GatheredBytes {
  readonly bytes: Buffer;
  /** Where each begins; one more than there are pieces, the last being where all end. */
  readonly starts: Uint32Array;
}

/** Pieces that lie no further apart are read together: a read costs about as much as to copy so many bytes. */
const nearBytes = 4 * 1024;
const mostBytesTogether = 256 * 1024;

/**
 * A file that is read by position. Its reads wait for nothing: from the system's cache each takes a few microseconds, a fraction of
 * what a promise of it would.
 */
export class FileBytes {
  readonly path: string;
  readonly #descriptor: number;
  readonly #opened: Stats;
  readonly #scratch = Buffer.allocUnsafeSlow(mostBytesTogether);

  private constructor(path: string, descriptor: number, opened: Stats) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#opened = opened;
  }

  /** Raises SnapshotFileError. */
  static open(path: string): FileBytes {
    const descriptor = openToRead(path);
    const opened = fstatSync(descriptor);
    if (opened.isFile()) return new FileBytes(path, descriptor, opened);
    closeSync(descriptor);
    const kind = opened.isDirectory() ? "a folder" : "a pipe or a device";
    throw new SnapshotFileError(path, "notAFile", `is not a file but ${kind}`);
  }

  get size(): number {
    return this.#opened.size;
  }

  /** Fills the target's part from the position on. */
  readInto(target: Buffer, offset: number, length: number, position: number): void {
    for (let done = 0; done < length; ) {
      const read = this.#readSome(target, offset + done, length - done, position + done);
      if (read === 0) throw this.error("changed", `became shorter than ${this.size} bytes while it was read`);
      done += read;
    }
  }

  read(position: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(length);
    this.readInto(buffer, 0, length, position);
    return buffer;
  }

  /** @param arrays takes what it answers with from there: it is gone with the next call. */
  gather(positions: Float64Array, lengths: Uint32Array, arrays = new ReusedArrays()): GatheredBytes {
    const starts = arrays.uint32("starts", lengths.length + 1);
    addUp(lengths, starts);
    const bytes = arrays.bytes("bytes", starts[lengths.length] ?? 0);
    const order = arrays.uint32("order", lengths.length);
    sortByPosition(positions, order);
    for (let first = 0; first < order.length; ) {
      const run = runFrom(first, order, positions, lengths);
      if (run.next === first + 1) {
        this.readInto(bytes, at(starts, at(order, first)), run.end - run.start, run.start);
      } else {
        this.readInto(this.#scratch, 0, run.end - run.start, run.start);
        for (let each = first; each < run.next; each += 1) {
          const piece = at(order, each);
          const from = at(positions, piece) - run.start;
          this.#scratch.copy(bytes, at(starts, piece), from, from + at(lengths, piece));
        }
      }
      first = run.next;
    }
    return { bytes, starts };
  }

  /** Raises SnapshotFileError when something has written to the file since it was opened. */
  refuseChanged(): void {
    const { size, mtimeMs } = fstatSync(this.#descriptor);
    if (size === this.size && mtimeMs === this.#opened.mtimeMs) return;
    throw this.error("changed", "was written to while it was read");
  }

  error(problem: SnapshotProblem, detail: string, options?: ErrorOptions): SnapshotFileError {
    return new SnapshotFileError(this.path, problem, detail, options);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #readSome(target: Buffer, offset: number, length: number, position: number): number {
    try {
      return readSync(this.#descriptor, target, offset, length, position);
    } catch (error) {
      throw this.error("unreadable", `cannot be read at byte ${position} (${codeOf(error)})`, { cause: error });
    }
  }
}

function openToRead(path: string): number {
  try {
    // A pipe would be waited for until something writes to it.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new SnapshotFileError(path, "unreadable", reasonOf(error), { cause: error });
  }
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case "ENOENT":
      return "does not exist";
    case "EACCES":
    case "EPERM":
      return "may not be read by this user";
    default:
      return `cannot be opened (${codeOf(error)})`;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/** Where each piece starts when they lie one behind the other, and where the last one ends. */
function addUp(lengths: Uint32Array, starts: Uint32Array): void {
  starts[0] = 0;
  for (let piece = 0; piece < lengths.length; piece += 1) starts[piece + 1] = at(starts, piece) + at(lengths, piece);
}

/** The pieces' numbers in the order in which they lie in the file. */
function sortByPosition(positions: Float64Array, order: Uint32Array): void {
  let isSorted = true;
  for (let piece = 0; piece < order.length; piece += 1) {
    order[piece] = piece;
    isSorted &&= piece === 0 || at(positions, piece - 1) <= at(positions, piece);
  }
  if (!isSorted) order.sort((one, other) => at(positions, one) - at(positions, other));
}

interface Run {
  readonly start: number;
  readonly end: number;
  /** The first piece behind it. */
  readonly next: number;
}

/** As many pieces as lie near each other. */
function runFrom(first: number, order: Uint32Array, positions: Float64Array, lengths: Uint32Array): Run {
  const start = at(positions, at(order, first));
  let end = start + at(lengths, at(order, first));
  let next = first + 1;
  for (; next < order.length; next += 1) {
    const piece = at(order, next);
    const pieceEnd = at(positions, piece) + at(lengths, piece);
    if (at(positions, piece) - end > nearBytes || pieceEnd - start > mostBytesTogether) break;
    end = Math.max(end, pieceEnd);
  }
  return { start, end, next };
}

function at(array: Float64Array | Uint32Array, index: number): number {
  return array[index] ?? 0;
}
