import assert from "node:assert/strict";
import { test } from "node:test";
import { agreeing, counted, listed } from "../../../migration/wording/counted.ts";

test("what is counted is told in the singular and the plural, and large counts in groups of three", () => {
  assert.deepEqual(
    [0, 1, 4821].map((count) => counted(count, "key")),
    ["0 keys", "1 key", "4,821 keys"],
  );
  assert.equal(counted(2, "storage class", "storage classes"), "2 storage classes");
  assert.deepEqual([agreeing(1, "is", "are"), agreeing(0, "is", "are")], ["is", "are"]);
});

test("of what is found the first few are named, and how many more there are", () => {
  assert.equal(listed({ count: 2, first: ["a", "b"] }), "a, b");
  assert.equal(listed({ count: 5, first: ["a", "b"] }), "a, b and 3 more");
});
