import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  decodeRecord,
  decodeRevisionName,
  readRecord,
  RecordDamage,
} from "../../../../migration/snapshot/file/revisions.ts";
import { deletion, put, revisionName } from "./etcd-records.ts";

describe("a record of a key's revision", () => {
  it("has its revision in its name, above 2^53 as well", () => {
    assert.deepEqual(nameOf(revisionName(2n ** 60n, 5n)), { revision: 2n ** 60n, isTombstone: false });
    assert.deepEqual(nameOf(Buffer.concat([revisionName(7n), Buffer.from("t")])), { revision: 7n, isTombstone: true });
  });

  for (const [what, name] of Object.entries({
    "too short": revisionName(7n).subarray(1),
    "too long": Buffer.concat([revisionName(7n), Buffer.from("tt")]),
    "with another mark": Buffer.concat([revisionName(7n), Buffer.from("x")]),
    "without the separator": Buffer.alloc(17, 1),
    "of revision 0": revisionName(0n),
    "of a negative revision": revisionName(-5n),
  })) {
    it(`is refused with a name ${what}`, () => {
      assert.throws(() => nameOf(name), RecordDamage);
    });
  }

  it("has the key, the value and the revisions that etcd wrote", () => {
    const { value } = put(9n, "/a", "text", { createRevision: 4n, version: 3n, lease: 77n });
    const record = decodeRecord(placeOf(value), { revision: 9n, isTombstone: false });
    assert.deepEqual([record.key.toString(), record.value.toString()], ["/a", "text"]);
    assert.deepEqual([record.createRevision, record.modRevision, record.lease], [4n, 9n, 77n]);
  });

  it("has an empty value, and a lease with a negative number", () => {
    const { value } = put(9n, "/a", "", { lease: BigInt.asUintN(64, -5n) });
    const record = decodeRecord(placeOf(value), { revision: 9n, isTombstone: false });
    assert.equal(record.value.length, 0);
    assert.notEqual(record.lease, 0n);
  });

  it("has a key alone where that was deleted", () => {
    const { value } = deletion(9n, "/a");
    assert.equal(decodeRecord(placeOf(value), { revision: 9n, isTombstone: true }).key.toString(), "/a");
  });

  for (const [what, record] of Object.entries({
    "another revision than its name": put(8n, "/a", "text").value,
    "a creation after it": put(9n, "/a", "text", { createRevision: 10n }).value,
    "no creation": put(9n, "/a", "text", { createRevision: 0n }).value,
    "no key": put(9n, "", "text").value,
    "its end missing": put(9n, "/a", "text").value.subarray(0, -2),
    "bytes that are no message": Buffer.from("some text"),
    "something before its key": Buffer.concat([Buffer.of(0x38, 1), put(9n, "/a", "text").value]),
  })) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => decodeRecord(placeOf(record), { revision: 9n, isTombstone: false }), RecordDamage);
    });
  }

  it("is read where it lies among others", () => {
    const records = [put(1n, "/a", "1"), put(2n, "/b", "2")].map(({ value }) => value);
    const buffer = Buffer.concat(records);
    const record = readRecord({ buffer, start: records[0]?.length ?? 0, end: buffer.length });
    assert.equal(record.key.toString(), "/b");
  });
});

function nameOf(name: Buffer) {
  const page = Buffer.concat([Buffer.from("page"), name, Buffer.from("more")]);
  return decodeRevisionName(page, 4, 4 + name.length);
}

function placeOf(buffer: Buffer) {
  return { buffer, start: 0, end: buffer.length };
}
