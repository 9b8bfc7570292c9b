import type {
  CreateOutcome,
  KeyAtRevision,
  KeyValue,
  RangePage,
  RangeRequest,
  StoredKeyValue,
} from "../copy/key-value-store.ts";
import { bytesFieldBytes, Reader, varintBytes, Writer } from "./wire-format.ts";

// Field numbers: api/etcdserverpb/rpc.proto and api/mvccpb/kv.proto in etcd.

/** A tag and ten bytes: the longest 64-bit number. */
const LONGEST_NUMBER_BYTES = 11;

export function encodeRangeRequest({ from, to, revision, limit, keysOnly, countOnly }: RangeRequest): Buffer {
  const bytes = bytesFieldBytes(from.length) + bytesFieldBytes(to.length) + 4 * LONGEST_NUMBER_BYTES;
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
      entries.push(readKeyValue(reader.message()));
    } else if (field === 1) {
      revision = readRevision(reader.message());
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

function readRevision(header: Reader): bigint {
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

const NO_BYTES: Buffer = Buffer.alloc(0);

function readKeyValue(reader: Reader): StoredKeyValue {
  let key: Buffer = NO_BYTES;
  let value: Buffer = NO_BYTES;
  let createRevision = 0n;
  let modRevision = 0n;
  let lease = 0n;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      key = reader.bytes();
    } else if (field === 5) {
      value = reader.bytes();
    } else if (field === 2) {
      createRevision = reader.bigint();
    } else if (field === 3) {
      modRevision = reader.bigint();
    } else if (field === 6) {
      lease = reader.bigint();
    } else {
      reader.skip();
    }
  }
  return { key, value, createRevision, modRevision, lease };
}

/** Enumeration values of Compare.target. */
const CREATE_REVISION = 1;
const MOD_REVISION = 2;

/** A comparison for equality with a create revision of 0: three numbers of one byte beside the key. */
const NOT_EXISTING_NUMBERS = 4;

/** If none of the keys exists, then put them all, else read them all. */
export function encodeCreateTransaction(entries: readonly KeyValue[]): Buffer {
  let size = 0;
  for (const { key, value } of entries) {
    const keyField = bytesFieldBytes(key.length);
    size += bytesFieldBytes(keyField + NOT_EXISTING_NUMBERS);
    size += bytesFieldBytes(bytesFieldBytes(keyField + bytesFieldBytes(value.length)));
    size += bytesFieldBytes(bytesFieldBytes(keyField));
  }
  const writer = new Writer(size);
  for (const { key } of entries) {
    writer.header(1, bytesFieldBytes(key.length) + NOT_EXISTING_NUMBERS);
    writer.number(2, CREATE_REVISION);
    writer.bytes(3, key);
    writer.number(5, 0);
  }
  for (const { key, value } of entries) {
    const put = bytesFieldBytes(key.length) + bytesFieldBytes(value.length);
    writer.header(2, bytesFieldBytes(put));
    writer.header(2, put);
    writer.bytes(1, key);
    writer.bytes(2, value);
  }
  for (const { key } of entries) {
    const range = bytesFieldBytes(key.length);
    writer.header(3, bytesFieldBytes(range));
    writer.header(1, range);
    writer.bytes(1, key);
  }
  return writer.written();
}

export function decodeCreateResponse(answer: Buffer): CreateOutcome {
  const reader = new Reader(answer);
  const existing: StoredKeyValue[] = [];
  let revision = 0n;
  let created = false;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      revision = readRevision(reader.message());
    } else if (field === 2) {
      created = reader.number() !== 0;
    } else if (field === 3 && !created) {
      existing.push(...readRangeOperation(reader.message()));
    } else {
      reader.skip();
    }
  }
  return created ? { created, revision } : { created, existing };
}

function readRangeOperation(operation: Reader): readonly StoredKeyValue[] {
  for (let field = operation.next(); field !== 0; field = operation.next()) {
    if (field === 1) {
      return readRangeResponse(operation.message()).entries;
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

function modRevisionEquals(key: Buffer, modRevision: bigint): Buffer {
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
      succeeded += readNestedSuccess(reader.message()) ? 1 : 0;
    } else {
      reader.skip();
    }
  }
  return succeeded;
}

function readNestedSuccess(operation: Reader): boolean {
  for (let field = operation.next(); field !== 0; field = operation.next()) {
    if (field === 4) {
      return readSucceeded(operation.message());
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
