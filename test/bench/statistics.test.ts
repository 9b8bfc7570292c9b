import assert from "node:assert/strict";
import { test } from "node:test";
import { spreadOf } from "../../bench/statistics.ts";

test("the median of an odd number of runs is the middle one, whatever their order", () => {
  assert.deepEqual(spreadOf([10, 2, 9]), { median: 9, min: 2, max: 10 });
});

test("the median of an even number of runs lies between the two in the middle", () => {
  assert.deepEqual(spreadOf([4, 1, 3, 100]), { median: 3.5, min: 1, max: 100 });
});

test("no runs have no median", () => {
  assert.throws(() => spreadOf([]), RangeError);
});
