import assert from "node:assert/strict";
import { test } from "node:test";
import { describeBytes, describeDuration } from "../../../migration/wording/describe-amount.ts";

test("bytes are told in the unit that suits them", () => {
  assert.deepEqual([0, 1, 1023, 1024, 1.9 * 1024 ** 2, 5 * 1024 ** 3, 3000 * 1024 ** 4].map(describeBytes), [
    ...["0 bytes", "1 byte", "1,023 bytes", "1.0 KiB", "1.9 MiB", "5.0 GiB", "3000.0 TiB"],
  ]);
});

test("times are told to two units at most", () => {
  assert.deepEqual([0.4, 9.99, 42, 200, 7500].map(describeDuration), [
    ...["0.4 s", "10.0 s", "42 s", "3 min 20 s", "2 h 5 min"],
  ]);
});
