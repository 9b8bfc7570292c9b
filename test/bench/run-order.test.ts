import assert from "node:assert/strict";
import { test } from "node:test";
import { shuffled } from "../../bench/run-order.ts";

const numbers = Array.from({ length: 50 }, (_, index) => index);

test("a shuffled order has every element once", () => {
  assert.deepEqual(
    shuffled(numbers, 1).sort((one, other) => one - other),
    numbers,
  );
});

test("the seed alone decides the order", () => {
  assert.deepEqual(shuffled(numbers, 1), shuffled(numbers, 1));
  assert.notDeepEqual(shuffled(numbers, 1), shuffled(numbers, 2));
  assert.notDeepEqual(shuffled(numbers, 1), numbers);
});
