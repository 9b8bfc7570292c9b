import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredKeyValue } from "../../../../migration/copy/store/key-value-store.ts";
import { revisionOfOwnTransaction } from "../../../../migration/copy/write/unanswered-transactions.ts";

const sent = {
  entries: [
    { key: Buffer.from("a"), value: Buffer.from("1") },
    { key: Buffer.from("b"), value: Buffer.from("2") },
  ],
  afterRevision: 100n,
};

test("all keys equal, created at one revision after the run began: the transaction was applied", () => {
  assert.equal(revisionOfOwnTransaction(sent, [stored("a", "1", 101n), stored("b", "2", 101n)]), 101n);
});

const notOurs: [string, StoredKeyValue[]][] = [
  ["nothing was found", []],
  ["a key is missing", [stored("a", "1", 101n)]],
  ["the keys are from before the run", [stored("a", "1", 100n), stored("b", "2", 100n)]],
  ["the keys are of two revisions", [stored("a", "1", 101n), stored("b", "2", 102n)]],
  ["a value is another", [stored("a", "1", 101n), stored("b", "x", 101n)]],
  ["a key was rewritten since", [stored("a", "1", 101n), { ...stored("b", "2", 101n), modRevision: 102n }]],
  ["a key has a lease", [stored("a", "1", 101n), { ...stored("b", "2", 101n), lease: 7n }]],
];
for (const [why, found] of notOurs) {
  test(`says nothing when ${why}`, () => {
    assert.equal(revisionOfOwnTransaction(sent, found), undefined);
  });
}

function stored(key: string, value: string, revision: bigint): StoredKeyValue {
  return {
    key: Buffer.from(key),
    value: Buffer.from(value),
    createRevision: revision,
    modRevision: revision,
    lease: 0n,
  };
}
