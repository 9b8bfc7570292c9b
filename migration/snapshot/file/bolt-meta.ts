import { pageHeaderBytes } from "./bolt-page.ts";
import { unsigned64 } from "./unsigned64.ts";

/** What a bbolt database (go.etcd.io/bbolt) says of itself in its first two pages. */
export interface BoltMeta {
  readonly pageBytes: number;
  /** The page that the tree of buckets begins at. */
  readonly root: number;
  /** All pages that are in use have smaller numbers. */
  readonly pages: number;
  readonly transaction: bigint;
}

export type MetaProblem = "notADatabase" | "unknownFormat" | "damaged";

/** As far as a meta page reaches; what follows in the page means nothing. */
export const metaPageBytes = pageHeaderBytes + 64;

const magic = 0xed0cdaed;
const knownFormat = 2;
const metaFlag = 0x04;
/** What is before the checksum. */
const summedBytes = 56;

/** A page of meta data; what is wrong with it where it is none. Source: Meta in bbolt's internal/common/meta.go. */
export function decodeMeta(page: Buffer, id: number): BoltMeta | MetaProblem {
  const meta = page.subarray(pageHeaderBytes, metaPageBytes);
  if (meta.readUInt32LE(0) !== magic) return "notADatabase";
  if (meta.readUInt32LE(4) !== knownFormat) return "unknownFormat";
  const isWhole = meta.readBigUInt64LE(summedBytes) === fnv64a(meta.subarray(0, summedBytes));
  if (!isWhole || page.readUInt16LE(8) !== metaFlag || unsigned64(page, 0) !== id) return "damaged";
  const pageBytes = meta.readUInt32LE(8);
  if (!isPageSize(pageBytes)) return "damaged";
  return { pageBytes, root: unsigned64(meta, 16), pages: unsigned64(meta, 40), transaction: meta.readBigUInt64LE(48) };
}

/** A power of two: that of the system's memory where the database was made. */
function isPageSize(bytes: number): boolean {
  return bytes >= 1024 && bytes <= 16 * 1024 * 1024 && (bytes & (bytes - 1)) === 0;
}

/** http://www.isthe.com/chongo/tech/comp/fnv/#FNV-1a */
export function fnv64a(bytes: Buffer): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}
