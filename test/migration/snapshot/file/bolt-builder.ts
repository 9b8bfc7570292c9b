import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fnv64a } from "../../../../migration/snapshot/file/bolt-meta.ts";

/** Makes bbolt databases as bbolt lays them out, to be spoilt in one place or another. */

export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly isBucket?: boolean;
}

export interface BuildOptions {
  /** @default 4096 */
  readonly pageBytes?: number;
  /** How many elements a page has at most. @default 4 */
  readonly elements?: number;
  /** Whether a bucket of a single small page lies beside its name. @default false */
  readonly inline?: boolean;
}

export function entry(key: string | Buffer, value: string | Buffer = ""): Entry {
  return { key: Buffer.from(key), value: Buffer.from(value) };
}

/** The database alone, with its entries in the order given. */
export function buildDatabase(buckets: Readonly<Record<string, readonly Entry[]>>, options: BuildOptions = {}): Buffer {
  const { pageBytes = 4096, inline = false } = options;
  const pages = new Pages(pageBytes, options.elements ?? 4);
  const names = Object.entries(buckets).sort(([one], [other]) => (one < other ? -1 : 1));
  const root = pages.tree(
    names.map(([name, entries]) => ({
      key: Buffer.from(name),
      value: inline
        ? Buffer.concat([Buffer.alloc(16), leafPage(0, entries)])
        : Buffer.concat([unsigned64(pages.tree(entries)), Buffer.alloc(8)]),
      isBucket: true,
    })),
  );
  return pages.withMeta(root);
}

/** With the checksum behind it, as etcd sends it. */
export function asSnapshot(database: Buffer): Buffer {
  return Buffer.concat([database, createHash("sha256").update(database).digest()]);
}

/** Writes it to a folder that is removed after the tests. */
export async function fileOf(content: Buffer, name = "snapshot.db"): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "snapshot-file-"));
  after(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

/** Writes the meta page's checksum anew, so that only what was changed is wrong. */
export function sealMeta(database: Buffer, position: number): void {
  database.writeBigUInt64LE(fnv64a(database.subarray(position + 16, position + 72)), position + 72);
}

class Pages {
  readonly #pageBytes: number;
  readonly #elements: number;
  /** The first two are the meta pages. */
  readonly #pages: Buffer[] = [];
  #next = 2;

  constructor(pageBytes: number, elements: number) {
    this.#pageBytes = pageBytes;
    this.#elements = elements;
  }

  /** Answers the number of its root. */
  tree(entries: readonly Entry[]): number {
    let level = chunks(entries, this.#elements).map((part) => ({
      key: part[0]?.key ?? Buffer.alloc(0),
      id: this.#add((id) => leafPage(id, part)),
    }));
    while (level.length > 1) {
      level = chunks(level, Math.max(2, this.#elements)).map((part) => ({
        key: part[0]?.key ?? Buffer.alloc(0),
        id: this.#add((id) => branchPage(id, part)),
      }));
    }
    return level[0]?.id ?? this.#add((id) => leafPage(id, []));
  }

  withMeta(root: number): Buffer {
    const meta = [0, 1].map((id) => this.#metaPage(id, root));
    return Buffer.concat([...meta, ...this.#pages]);
  }

  #add(make: (id: number) => Buffer): number {
    const id = this.#next;
    const content = make(id);
    const overflow = Math.ceil(content.length / this.#pageBytes) - 1;
    content.writeUInt32LE(overflow, 12);
    const page = Buffer.alloc((1 + overflow) * this.#pageBytes);
    content.copy(page);
    this.#pages.push(page);
    this.#next += 1 + overflow;
    return id;
  }

  #metaPage(id: number, root: number): Buffer {
    const page = Buffer.alloc(this.#pageBytes);
    header(id, 0x04, 0).copy(page);
    page.writeUInt32LE(0xed0cdaed, 16);
    page.writeUInt32LE(2, 20);
    page.writeUInt32LE(this.#pageBytes, 24);
    unsigned64(root).copy(page, 32);
    unsigned64(this.#next).copy(page, 56);
    // etcd gives the second page of a snapshot the number of an earlier transaction.
    unsigned64(10 - id).copy(page, 64);
    sealMeta(page, 0);
    return page;
  }
}

function leafPage(id: number, entries: readonly Entry[]): Buffer {
  const elements = entries.map(() => Buffer.alloc(16));
  let position = 16 * entries.length;
  entries.forEach(({ key, value, isBucket }, index) => {
    const element = elements[index] ?? Buffer.alloc(16);
    element.writeUInt32LE(isBucket === true ? 1 : 0, 0);
    element.writeUInt32LE(position - 16 * index, 4);
    element.writeUInt32LE(key.length, 8);
    element.writeUInt32LE(value.length, 12);
    position += key.length + value.length;
  });
  const contents = entries.flatMap(({ key, value }) => [key, value]);
  return Buffer.concat([header(id, 0x02, entries.length), ...elements, ...contents]);
}

function branchPage(id: number, children: readonly { readonly key: Buffer; readonly id: number }[]): Buffer {
  let position = 16 * children.length;
  const elements = children.map((child, index) => {
    const element = Buffer.alloc(16);
    element.writeUInt32LE(position - 16 * index, 0);
    element.writeUInt32LE(child.key.length, 4);
    unsigned64(child.id).copy(element, 8);
    position += child.key.length;
    return element;
  });
  return Buffer.concat([header(id, 0x01, children.length), ...elements, ...children.map(({ key }) => key)]);
}

function header(id: number, flags: number, count: number): Buffer {
  const bytes = Buffer.alloc(16);
  unsigned64(id).copy(bytes);
  bytes.writeUInt16LE(flags, 8);
  bytes.writeUInt16LE(count, 10);
  return bytes;
}

export function unsigned64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
