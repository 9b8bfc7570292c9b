import assert from "node:assert/strict";
import { test } from "node:test";
import {
  toCreateOutcome,
  toDeleteTransaction,
  toRangePage,
  toRangeRequest,
  toStoredKeyValue,
} from "../../../migration/etcd/messages.ts";

// 2 ** 53 + 1 is the first whole number that a JavaScript number cannot hold; the other is etcd's greatest.
const revisions = [2n ** 53n + 1n, 2n ** 63n - 1n];
const header = { cluster_id: "18446744073709551615", member_id: "1", raft_term: "1" };

test("revisions and leases above 2^53 stay exact on their way in", () => {
  for (const revision of revisions) {
    const text = revision.toString();
    const stored = {
      key: Buffer.from("k"),
      value: Buffer.from("v"),
      create_revision: text,
      mod_revision: text,
      version: "1",
      lease: text,
    };
    assert.deepEqual(toStoredKeyValue(stored), {
      key: Buffer.from("k"),
      value: Buffer.from("v"),
      createRevision: revision,
      modRevision: revision,
      lease: revision,
    });
    const page = toRangePage({ header: { ...header, revision: text }, kvs: [stored], more: false, count: "1" });
    assert.equal(page.revision, revision);
    assert.equal(page.count, 1);
    assert.deepEqual(toCreateOutcome({ header: { ...header, revision: text }, succeeded: true, responses: [] }), {
      created: true,
      revision,
    });
  }
});

test("revisions above 2^53 stay exact on their way out", () => {
  for (const revision of revisions) {
    const range = { from: Buffer.from("a"), to: Buffer.from("b") };
    assert.equal(toRangeRequest({ ...range, revision }).revision, revision.toString());
    const transaction = toDeleteTransaction([{ key: Buffer.from("k"), modRevision: revision }]);
    assert.equal(transaction.success?.[0]?.request_txn?.compare?.[0]?.mod_revision, revision.toString());
  }
});

test("a range without a revision or a limit asks for the latest and for all", () => {
  assert.deepEqual(toRangeRequest({ from: Buffer.from("a"), to: Buffer.from("b") }), {
    key: Buffer.from("a"),
    range_end: Buffer.from("b"),
    revision: "0",
    limit: 0,
    keys_only: false,
    count_only: false,
  });
});
