import { varintBytes } from "../../copy/write/request-bytes.ts";
import { decodeKeyValue } from "../../etcd/messages/key-messages.ts";
import type { ReceivedEntry } from "../../etcd/messages/received-entry.ts";

/**
 * What etcd's database holds of a key: one record for each of its revisions. Sources: server/storage/mvcc/revision.go and kvstore.go,
 * api/mvccpb/kv.proto in etcd.
 */

/** A name in etcd's bucket `key`. */
export interface RevisionName {
  /** The revision itself; within it the writes of one transaction are counted, which nothing here needs. */
  readonly revision: bigint;
  /** Whether it records that the key was deleted. */
  readonly isTombstone: boolean;
}

/** etcd does not write it so. */
export class RecordDamage extends Error {
  override readonly name = "RecordDamage";
}

const separator = 0x5f;
const nameBytes = 17;
const tombstoneMark = 0x74;

/** Eight bytes, big-endian, `_`, eight bytes; behind them `t` where the key was deleted. Raises RecordDamage. */
export function decodeRevisionName(page: Buffer, start: number, end: number): RevisionName {
  const length = end - start;
  const isTombstone = length === nameBytes + 1 && page[start + nameBytes] === tombstoneMark;
  if ((length !== nameBytes && !isTombstone) || page[start + 8] !== separator) {
    throw new RecordDamage("has a name that is no revision");
  }
  const revision = page.readBigInt64BE(start);
  if (revision < 1n) throw new RecordDamage(`has the impossible revision ${revision.toString()}`);
  return { revision, isTombstone };
}

/** Where the key of a record begins that has a key of that length: it is the first field. */
export function keyOffset(keyLength: number): number {
  return 1 + varintBytes(keyLength);
}

/** A record between two places of a buffer. */
export interface RecordPlace {
  readonly buffer: Buffer;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** The key, its value and its revisions. Of one that was deleted only the key is there. Raises RecordDamage. */
export function decodeRecord(place: RecordPlace, { revision, isTombstone }: RevisionName): ReceivedEntry {
  const entry = readRecord(place);
  const { keyStart, keyEnd, createRevision, modRevision } = entry;
  if (keyEnd === keyStart || keyStart - place.start !== keyOffset(keyEnd - keyStart)) {
    throw new RecordDamage("does not begin with its key");
  }
  const isOfRevision = modRevision === revision && createRevision >= 1n && createRevision <= modRevision;
  if (!isTombstone && !isOfRevision) throw new RecordDamage("is one of another revision");
  return entry;
}

/** One whose revision is told elsewhere. Raises RecordDamage. */
export function readRecord({ buffer, start, end }: RecordPlace): ReceivedEntry {
  try {
    return decodeKeyValue(buffer, start, end);
  } catch (error) {
    throw error instanceof RangeError ? new RecordDamage(`is no key with its value: ${error.message}`) : error;
  }
}
