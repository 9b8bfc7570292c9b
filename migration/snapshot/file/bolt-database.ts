import { counted } from "../../wording/counted.ts";
import { decodeMeta, metaPageBytes, type BoltMeta } from "./bolt-meta.ts";
import { decodeElements, decodeHeader, PageDamage, pageHeaderBytes, type PageElement } from "./bolt-page.ts";
import type { FileBytes } from "./file-bytes.ts";
import type { SnapshotFileError } from "./snapshot-file-error.ts";
import { unsigned64 } from "./unsigned64.ts";

/** A page of keys and values. */
export interface LeafPage {
  readonly buffer: Buffer;
  /** Where the buffer begins in the file. */
  readonly position: number;
  readonly elements: readonly PageElement[];
}

/** A tree of its own, or all of it within the page that its name is in, when it is small. */
export type BoltBucket = { readonly root: number } | { readonly inline: LeafPage };

/** More pages one above the other are no tree: bbolt's hold dozens of pages each. */
const deepestPage = 32;

const mostBytesAhead = 256 * 1024;
const bucketHeaderBytes = 16;

/**
 * A bbolt database as it lies in a file, only read: everything that is read is held against what bbolt writes. Its values have no
 * checksum of their own. All that is called raises SnapshotFileError.
 */
export class BoltDatabase {
  readonly meta: BoltMeta;
  readonly #file: FileBytes;
  /** What was read last, in a buffer that is read into again and again, and how much is to be read next when it goes on from there. */
  #read: { readonly position: number; readonly buffer: Buffer } = { position: 0, buffer: Buffer.alloc(0) };
  #target = Buffer.alloc(0);
  #ahead = 0;

  /** @param bytes how much of the file is the database. */
  constructor(file: FileBytes, bytes: number) {
    this.#file = file;
    this.meta = newestMeta(file, bytes);
    const { pages, pageBytes, root } = this.meta;
    if (pages * pageBytes > bytes) {
      throw file.error("truncated", `has room for ${Math.floor(bytes / pageBytes)} of its ${counted(pages, "page")}`);
    }
    if (root >= pages) throw this.#damaged(`its tree begins at page ${root}, behind its end`);
  }

  /** Undefined where there is none of that name. */
  bucket(name: string): BoltBucket | undefined {
    for (const page of this.leaves({ root: this.meta.root })) {
      for (const element of page.elements) {
        if (page.buffer.toString("latin1", element.keyStart, element.keyEnd) === name)
          return this.#bucketAt(page, element);
      }
    }
    return undefined;
  }

  /** The value of a single key. */
  value(bucket: BoltBucket, key: string): Buffer | undefined {
    for (const { buffer, elements } of this.leaves(bucket)) {
      for (const { keyStart, keyEnd, valueEnd } of elements) {
        if (buffer.toString("latin1", keyStart, keyEnd) === key) return Buffer.from(buffer.subarray(keyEnd, valueEnd));
      }
    }
    return undefined;
  }

  /** All keys and values, in the order of the keys. A page is there until the next one is asked for. */
  *leaves(bucket: BoltBucket): Generator<LeafPage, void, undefined> {
    const walk: Walk = { previous: undefined, pages: 0 };
    if ("inline" in bucket) {
      this.#checkOrder(bucket.inline, walk, {});
      yield bucket.inline;
    } else {
      yield* this.#leavesBelow(bucket.root, walk, {}, 0);
    }
  }

  *#leavesBelow(id: number, walk: Walk, within: Bounds, depth: number): Generator<LeafPage, void, undefined> {
    walk.pages += 1;
    if (depth > deepestPage || walk.pages > this.meta.pages) throw this.#damaged(`its tree leads back to page ${id}`);
    const { kind, ...page } = this.#page(id);
    // bbolt removes a page with its last key, except for the tree's only one.
    if (page.elements.length === 0 && (depth > 0 || kind === "branch")) throw this.#damaged(`page ${id} is empty`);
    if (kind === "leaf") {
      this.#checkOrder(page, walk, within);
      yield page;
      return;
    }
    const { elements } = page;
    const buffer = Buffer.from(page.buffer);
    for (const [index, { keyStart, keyEnd, child }] of elements.entries()) {
      const next = elements[index + 1];
      const from = buffer.subarray(keyStart, keyEnd);
      const to = next === undefined ? within.to : buffer.subarray(next.keyStart, next.keyEnd);
      yield* this.#leavesBelow(child, walk, { from, ...(to === undefined ? {} : { to }) }, depth + 1);
    }
  }

  /** Each key is behind the one before it, and where the pages above say. */
  #checkOrder({ buffer, position, elements }: LeafPage, walk: Walk, { from, to }: Bounds): void {
    let { previous } = walk;
    for (const { keyStart, keyEnd } of elements) {
      const key = buffer.subarray(keyStart, keyEnd);
      const isBehind = previous === undefined || previous.compare(key) < 0;
      const isWithin = (from === undefined || from.compare(key) <= 0) && (to === undefined || key.compare(to) < 0);
      if (!isBehind || !isWithin) throw this.#damaged(`its keys are out of order at byte ${position + keyStart}`);
      previous = key;
    }
    walk.previous = previous === undefined ? undefined : Buffer.from(previous);
  }

  #page(id: number): LeafPage & { readonly kind: "branch" | "leaf" } {
    const { pages, pageBytes } = this.meta;
    // The first two are the meta pages.
    if (id < 2 || id >= pages) throw this.#damaged(`its tree leads to page ${id}, which is none of its pages`);
    const position = id * pageBytes;
    return this.#naming(`page ${id}`, () => {
      const header = decodeHeader(this.#view(position, pageBytes));
      if (header.id !== id) throw new PageDamage(`says that it is page ${header.id}`);
      if (id + header.overflow >= pages) throw new PageDamage("goes on behind the last page");
      const buffer = this.#view(position, (1 + header.overflow) * pageBytes);
      return { buffer, position, kind: header.kind, elements: decodeElements(buffer, header) };
    });
  }

  /** The value of a bucket's name: the number of a page and a sequence; where that is 0, the page itself follows. */
  #bucketAt({ buffer, position }: LeafPage, { keyStart, keyEnd, valueEnd, isBucket }: PageElement): BoltBucket {
    const name = buffer.toString("latin1", keyStart, keyEnd);
    if (!isBucket || valueEnd - keyEnd < bucketHeaderBytes) throw this.#damaged(`its bucket ${name} is none`);
    const root = unsigned64(buffer, keyEnd);
    if (root !== 0) return { root };
    const start = keyEnd + bucketHeaderBytes;
    const inline = Buffer.from(buffer.subarray(start, valueEnd));
    return this.#naming(`the page within bucket ${name}`, () => {
      if (inline.length < pageHeaderBytes) throw new PageDamage("has no header");
      const header = decodeHeader(inline);
      if (header.kind !== "leaf" || header.overflow !== 0) throw new PageDamage("is not a single leaf");
      return { inline: { buffer: inline, position: position + start, elements: decodeElements(inline, header) } };
    });
  }

  #naming<T>(what: string, decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      throw error instanceof PageDamage ? this.#damaged(`${what} ${error.message}`) : error;
    }
  }

  /** Neighbours mostly follow each other: the more did, the more is read at once. */
  #view(position: number, length: number): Buffer {
    const { position: start, buffer } = this.#read;
    const isInside = position >= start && position + length <= start + buffer.length;
    if (!isInside) {
      const goesOn = position >= start && position <= start + buffer.length;
      this.#ahead = goesOn ? Math.min(2 * this.#ahead, mostBytesAhead) : length;
      const end = this.meta.pages * this.meta.pageBytes;
      this.#read = {
        position,
        buffer: this.#readAt(position, Math.min(Math.max(this.#ahead, length), end - position)),
      };
    }
    const offset = position - this.#read.position;
    return this.#read.buffer.subarray(offset, offset + length);
  }

  #readAt(position: number, length: number): Buffer {
    if (this.#target.length < length) this.#target = Buffer.allocUnsafeSlow(Math.max(length, mostBytesAhead));
    this.#file.readInto(this.#target, 0, length, position);
    return this.#target.subarray(0, length);
  }

  #damaged(what: string): SnapshotFileError {
    return this.#file.error("damaged", `contradicts itself: ${what}`);
  }
}

/** By its first bytes. Raises SnapshotFileError. */
export function refuseForeign(file: FileBytes): void {
  if (file.size === 0) throw file.error("empty", "is empty");
  const isForeign = file.size >= metaPageBytes && decodeMeta(file.read(0, metaPageBytes), 0) === "notADatabase";
  if (isForeign) throw file.error("notADatabase", notADatabase);
  if (file.size < metaPageBytes) throw tooShort(file, file.size);
}

const notADatabase = "is not a database of an etcd (bbolt)";

function tooShort(file: FileBytes, bytes: number): SnapshotFileError {
  return file.error("notADatabase", `is too short for a database (${counted(bytes, "byte")})`);
}

interface Walk {
  previous: Buffer | undefined;
  pages: number;
}

interface Bounds {
  readonly from?: Buffer;
  readonly to?: Buffer;
}

/** Both meta pages are to be whole: one that is not may have been the newer one, with keys that the other does not know of. */
function newestMeta(file: FileBytes, bytes: number): BoltMeta {
  const first = readMeta(file, bytes, 0, 0);
  const second = readMeta(file, bytes, 1, first.pageBytes);
  if (second.pageBytes !== first.pageBytes) {
    throw file.error("damaged", "contradicts itself: its two meta pages tell different page sizes");
  }
  return second.transaction > first.transaction ? second : first;
}

function readMeta(file: FileBytes, bytes: number, id: number, position: number): BoltMeta {
  if (position + metaPageBytes > bytes) {
    throw position === 0 ? tooShort(file, bytes) : file.error("truncated", "ends before its second page");
  }
  const meta = decodeMeta(file.read(position, metaPageBytes), id);
  switch (meta) {
    case "notADatabase":
      throw id === 0
        ? file.error("notADatabase", notADatabase)
        : file.error("damaged", "contradicts itself: its second page is not the other meta page");
    case "unknownFormat":
      throw file.error("unknownFormat", "has a database format that is not known here (bbolt's format 2 is)");
    case "damaged":
      throw file.error("damaged", `has a damaged meta page ${id}: its checksum does not hold`);
    default:
      return meta;
  }
}
