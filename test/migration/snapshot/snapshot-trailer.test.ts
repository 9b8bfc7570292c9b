import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { SnapshotTrailer } from "../../../migration/snapshot/snapshot-trailer.ts";

const contents = Buffer.alloc(4096, "database ");
const snapshot = Buffer.concat([contents, createHash("sha256").update(contents).digest()]);

describe("a snapshot's trailer", () => {
  for (const size of [1, 31, 32, 33, 1000, snapshot.length]) {
    it(`holds when the snapshot comes in pieces of ${size} bytes`, () => {
      assert.equal(problemOf(snapshot, size), undefined);
    });
  }

  it("shows that a byte was changed", () => {
    for (const place of [0, 4095, 4096, snapshot.length - 1]) {
      const changed = Buffer.from(snapshot);
      changed[place] = (changed[place] ?? 0) ^ 1;
      assert.match(problemOf(changed) ?? "", /checksum is not that of its contents/);
    }
  });

  it("shows that the end is missing", () => {
    for (const bytes of [1, 32, 4096, snapshot.length - 1]) {
      assert.match(problemOf(snapshot.subarray(0, bytes)) ?? "", /ends before its checksum/);
    }
  });

  it("shows that there is nothing at all", () => {
    assert.equal(problemOf(Buffer.alloc(0)), "it is empty");
  });
});

function problemOf(bytes: Buffer, size = 512): string | undefined {
  const trailer = new SnapshotTrailer();
  for (let start = 0; start < bytes.length; start += size) trailer.add(bytes.subarray(start, start + size));
  return trailer.problem();
}
