import type {
  CreateOutcome,
  KeyAtRevision,
  KeyValue,
  RangePage,
  RangeRequest,
  StoredKeyValue,
} from "../../copy/store/key-value-store.ts";
import { bytesFieldBytes, varintBytes } from "../../copy/write/request-bytes.ts";
import { keyLength, valueLength } from "../../copy/store/entry-bytes.ts";
import { ReceivedEntry } from "./received-entry.ts";
import { Reader, Writer } from "./wire-format.ts";

// Field numbers: api/etcdserverpb/rpc.proto and api/mvccpb/kv.proto in etcd.

/** A tag and ten bytes: the longest 64-bit number. */
const LONGEST_NUMBER_BYTES = 11;

export function encodeRangeRequest(request: RangeRequest): Buffer {
  const { from, to, revision, limit, keysOnly, countOnly, minModRevision } = request;
  const bytes = bytesFieldBytes(from.length) + bytesFieldBytes(to.length) + 5 * LONGEST_NUMBER_BYTES;
  const writer = new Writer(bytes);
  // No sort order: the index is walked in key order as it is. Asking for that order would make etcd ignore the limit
  // until it has read the whole range.
  writer.bytes(1, from);
  if (to.length > 0) {
    writer.bytes(2, to);
  }
  writer.number(3, limit ?? 0);
  writer.bigint(4, revision ?? 0n);
  writer.number(8, keysOnly === true ? 1 : 0);
  writer.number(9, countOnly === true ? 1 : 0);
  if (minModRevision !== undefined) {
    writer.bigint(10, minModRevision);
  }
  return writer.written();
}

/** The entries' keys and values are views of the answer. */
export function decodeRangeResponse(answer: Buffer): RangePage {
  return readRangeResponse(new Reader(answer));
}

function readRangeResponse(reader: Reader): RangePage {
  const entries: StoredKeyValue[] = [];
  let more = false;
  let count = 0;
  let revision = 0n;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 2) {
      entries.push(reader.message(readKeyValue));
    } else if (field === 1) {
      revision = reader.message(readRevision);
    } else if (field === 3) {
      more = reader.number() !== 0;
    } else if (field === 4) {
      count = reader.number();
    } else {
      reader.skip();
    }
  }
  return { entries, more, count, revision };
}

/** Of an answer's header. */
export function readRevision(header: Reader): bigint {
  let revision = 0n;
  for (let field = header.next(); field !== 0; field = header.next()) {
    if (field === 3) {
      revision = header.bigint();
    } else {
      header.skip();
    }
  }
  return revision;
}

/** An mvccpb.KeyValue between two places of a buffer, as etcd keeps it in its database. The entry's key and value are views of it. */
export function decodeKeyValue(buffer: Buffer, start: number, end: number): ReceivedEntry {
  return readKeyValue(new Reader(buffer, start, end));
}

function readKeyValue(reader: Reader): ReceivedEntry {
  const entry = new ReceivedEntry(reader.buffer);
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      entry.keyStart = reader.span();
      entry.keyEnd = reader.position;
    } else if (field === 5) {
      entry.valueStart = reader.span();
      entry.valueEnd = reader.position;
    } else if (field === 2) {
      entry.createRevision = reader.bigint();
    } else if (field === 3) {
      entry.modRevision = reader.bigint();
    } else if (field === 6) {
      entry.lease = reader.bigint();
    } else {
      reader.skip();
    }
  }
  return entry;
}

/** Enumeration values of Compare.target. */
export const CREATE_REVISION = 1;
const MOD_REVISION = 2;

/** A comparison for equality with a create revision of 0: three numbers of one byte beside the key. */
export const NOT_EXISTING_NUMBERS = 4;

/** If none of the keys exists, then put them all, else read them all. */
export function encodeCreateTransaction(entries: readonly KeyValue[]): Buffer {
  let size = 0;
  for (const entry of entries) {
    const keyField = bytesFieldBytes(keyLength(entry));
    size += bytesFieldBytes(keyField + NOT_EXISTING_NUMBERS);
    size += putFieldBytes(entry);
    size += bytesFieldBytes(bytesFieldBytes(keyField));
  }
  const writer = new Writer(size);
  for (const entry of entries) {
    writer.header(1, bytesFieldBytes(keyLength(entry)) + NOT_EXISTING_NUMBERS);
    writer.number(2, CREATE_REVISION);
    writer.key(3, entry);
    writer.number(5, 0);
  }
  writePuts(writer, entries);
  for (const entry of entries) {
    const range = bytesFieldBytes(keyLength(entry));
    writer.header(3, bytesFieldBytes(range));
    writer.header(1, range);
    writer.key(1, entry);
  }
  return writer.written();
}

/** The puts of a transaction's success branch. */
export function writePuts(writer: Writer, entries: readonly KeyValue[]): void {
  for (const entry of entries) {
    const put = putBytes(entry);
    writer.header(2, bytesFieldBytes(put));
    writer.header(2, put);
    writer.key(1, entry);
    writer.value(2, entry);
  }
}

/** How long what writePuts writes for the entry is. */
export function putFieldBytes(entry: KeyValue): number {
  return bytesFieldBytes(bytesFieldBytes(putBytes(entry)));
}

function putBytes(entry: KeyValue): number {
  return bytesFieldBytes(keyLength(entry)) + bytesFieldBytes(valueLength(entry));
}

export function decodeCreateResponse(answer: Buffer): CreateOutcome {
  const reader = new Reader(answer);
  const existing: StoredKeyValue[] = [];
  let revision = 0n;
  let created = false;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      revision = reader.message(readRevision);
    } else if (field === 2) {
      created = reader.number() !== 0;
    } else if (field === 3 && !created) {
      existing.push(...reader.message(readRangeOperation));
    } else {
      reader.skip();
    }
  }
  return created ? { created, revision } : { created, existing };
}

function readRangeOperation(operation: Reader): readonly StoredKeyValue[] {
  for (let field = operation.next(); field !== 0; field = operation.next()) {
    if (field === 1) {
      return operation.message(readRangeResponse).entries;
    }
    operation.skip();
  }
  return [];
}

/** Each key has a nested transaction, and with it a guard, of its own: one changed key does not keep the others. */
export function encodeDeleteTransaction(keys: readonly KeyAtRevision[]): Buffer {
  const operations = keys.map((key) => nested(2, nested(4, guardedDelete(key))));
  return Buffer.concat(operations);
}

/** A whole transaction: if the key still has its revision, then delete it. */
function guardedDelete({ key, modRevision }: KeyAtRevision): Buffer {
  return Buffer.concat([nested(1, modRevisionEquals(key, modRevision)), nested(2, nested(3, keyField(key)))]);
}

export function modRevisionEquals(key: Buffer, modRevision: bigint): Buffer {
  const writer = new Writer(2 + bytesFieldBytes(key.length) + LONGEST_NUMBER_BYTES);
  writer.number(2, MOD_REVISION);
  writer.bytes(3, key);
  writer.bigint(6, modRevision);
  return writer.written();
}

function keyField(key: Buffer): Buffer {
  const writer = new Writer(bytesFieldBytes(key.length));
  writer.bytes(1, key);
  return writer.written();
}

function nested(field: number, content: Buffer): Buffer {
  const writer = new Writer(1 + varintBytes(content.length) + content.length);
  writer.bytes(field, content);
  return writer.written();
}

/** How many of the nested transactions found their key unchanged. */
export function countSucceeded(answer: Buffer): number {
  const reader = new Reader(answer);
  let succeeded = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 3) {
      succeeded += reader.message(readNestedSuccess) ? 1 : 0;
    } else {
      reader.skip();
    }
  }
  return succeeded;
}

function readNestedSuccess(operation: Reader): boolean {
  for (let field = operation.next(); field !== 0; field = operation.next()) {
    if (field === 4) {
      return operation.message(readSucceeded);
    }
    operation.skip();
  }
  return false;
}

function readSucceeded(transaction: Reader): boolean {
  for (let field = transaction.next(); field !== 0; field = transaction.next()) {
    if (field === 2) {
      return transaction.number() !== 0;
    }
    transaction.skip();
  }
  return false;
}
