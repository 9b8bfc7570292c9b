import assert from "node:assert/strict";
import { test } from "node:test";
import { BenchmarkOptionError } from "../../../bench/benchmark-options.ts";
import { readRestoreOptions } from "../../../bench/restore/restore-options.ts";

test("a full run restores a million keys; a quick or smaller one leaves the full results alone", () => {
  const { keys, rounds, results } = readRestoreOptions({});
  assert.deepEqual([keys, rounds, results], [1_000_000, 3, "restore"]);
  assert.equal(readRestoreOptions({ QUICK: "1" }).results, "restore-quick");
  assert.equal(readRestoreOptions({ RESTORE_KEYS: "100000" }).results, "restore-quick");
});

test("keys are as many as a prefix can select", () => {
  for (const keys of ["100", "5000", "10000000", "x"]) {
    assert.throws(() => readRestoreOptions({ RESTORE_KEYS: keys }), BenchmarkOptionError, keys);
  }
});
