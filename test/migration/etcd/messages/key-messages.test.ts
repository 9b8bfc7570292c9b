import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decodeCreateResponse,
  decodeRangeResponse,
  encodeCreateTransaction,
  encodeDeleteTransaction,
  encodeRangeRequest,
} from "../../../../migration/etcd/messages/key-messages.ts";
import { Reader, Writer } from "../../../../migration/etcd/messages/wire-format.ts";

// 2 ** 53 + 1 is the first whole number that a JavaScript number cannot hold; the last is etcd's greatest.
const revisions = [1n, 127n, 128n, 2n ** 49n, 2n ** 53n + 1n, 2n ** 56n, 2n ** 63n - 1n];

test("revisions and leases above 2^53 stay exact on their way in", () => {
  for (const revision of revisions) {
    const stored = message((writer) => {
      writer.bytes(1, Buffer.from("k"));
      writer.bigint(2, revision);
      writer.bigint(3, revision);
      writer.number(4, 1);
      writer.bytes(5, Buffer.from("v"));
      writer.bigint(6, revision);
    });
    const answer = message((writer) => {
      writer.bytes(1, headerAt(revision));
      writer.bytes(2, stored);
      writer.number(3, 1);
      writer.number(4, 70_000);
    });
    const { entries, ...rest } = decodeRangeResponse(answer);
    assert.deepEqual(
      entries.map(({ key, value, createRevision, modRevision, lease }) => ({
        ...{ key, value, createRevision, modRevision, lease },
      })),
      [
        {
          key: Buffer.from("k"),
          value: Buffer.from("v"),
          createRevision: revision,
          modRevision: revision,
          lease: revision,
        },
      ],
    );
    assert.deepEqual(rest, { more: true, count: 70_000, revision });
    const created = message((writer) => {
      writer.bytes(1, headerAt(revision));
      writer.number(2, 1);
    });
    assert.deepEqual(decodeCreateResponse(created), { created: true, revision });
  }
});

test("revisions above 2^53 stay exact on their way out", () => {
  for (const revision of revisions) {
    const range = { from: Buffer.from("a"), to: Buffer.from("b") };
    assert.equal(fieldsOf(encodeRangeRequest({ ...range, revision })).get(4), revision);
    const transaction = encodeDeleteTransaction([{ key: Buffer.from("k"), modRevision: revision }]);
    const guard = [2, 4, 1].reduce((outer, field) => fieldsOf(outer).get(field) as Buffer, transaction);
    assert.equal(fieldsOf(guard).get(6), revision);
  }
});

test("a range without a revision or a limit asks for the latest and for all", () => {
  const fields = fieldsOf(encodeRangeRequest({ from: Buffer.from("a"), to: Buffer.from("b") }));
  assert.deepEqual(fields.get(1), Buffer.from("a"));
  assert.deepEqual(fields.get(2), Buffer.from("b"));
  assert(![3, 4, 8, 9].some((field) => fields.get(field) !== 0n));
});

test("an answer that ends in the midst of a field is no answer", () => {
  const whole = message((writer) => {
    writer.bytes(2, Buffer.alloc(300));
  });
  assert.throws(() => decodeRangeResponse(whole.subarray(0, 200)), RangeError);
  assert.throws(() => decodeRangeResponse(Buffer.of(0x20, 0x80)), RangeError);
});

test("a transaction carries keys and values of any length", () => {
  for (const length of [0, 1, 100, 127, 128, 16_383, 16_384, 200_000]) {
    const entries = [{ key: Buffer.alloc(length + 1, "k"), value: Buffer.alloc(length, "v") }];
    const encoded = encodeCreateTransaction(entries);
    const put = [2, 2].reduce((outer, field) => fieldsOf(outer).get(field) as Buffer, encoded);
    assert.deepEqual(fieldsOf(put).get(1), entries[0]?.key);
    assert.deepEqual(fieldsOf(put).get(2), entries[0]?.value);
  }
});

function headerAt(revision: bigint): Buffer {
  return message((writer) => {
    writer.bigint(1, 2n ** 64n - 1n);
    writer.bigint(3, revision);
  });
}

function message(write: (writer: Writer) => void): Buffer {
  const writer = new Writer(1_000);
  write(writer);
  return writer.written();
}

/** The last of each field. */
function fieldsOf(encoded: Buffer): Map<number, Buffer | bigint> {
  const fields = new Map<number, Buffer | bigint>();
  for (let offset = 0; offset < encoded.length; ) {
    const rest = encoded.subarray(offset);
    const reader = new Reader(rest);
    const field = reader.next();
    const isBytes = ((rest[0] ?? 0) & 7) === 2;
    fields.set(field, isBytes ? reader.bytes() : reader.bigint());
    offset += reader.position;
  }
  return fields;
}
