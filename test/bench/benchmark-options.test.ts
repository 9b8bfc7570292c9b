import assert from "node:assert/strict";
import { test } from "node:test";
import { BenchmarkOptionError, readOptions } from "../../bench/benchmark-options.ts";
import { describeCell } from "../../bench/cases.ts";

test("a full run has every case at every round trip; a million keys only for the fast tools", () => {
  const { cells, results } = readOptions({});
  assert.equal(cells.length, 5 * 5 * 3 + 3 * 3);
  assert.equal(results, "copy");
  const million = cells.filter(({ keys, rttMs }) => keys === 1_000_000 && rttMs === 0).map(({ tool }) => tool);
  assert.deepEqual(million, ["ours-copy", "ours-copy-verify", "go-concurrent"]);
});

test("a quick run has 10,000 keys without an added round trip, and leaves the full results alone", () => {
  const { cells, results } = readOptions({ QUICK: "1" });
  assert.deepEqual(cells.map(describeCell), [
    "ours-copy, 10,000 x 256 B, 0 ms",
    "ours-copy-verify, 10,000 x 256 B, 0 ms",
    "make-mirror, 10,000 x 256 B, 0 ms",
    "vendor-copy, 10,000 x 256 B, 0 ms",
    "go-concurrent, 10,000 x 256 B, 0 ms",
  ]);
  assert.equal(results, "copy-quick");
});

test("filters choose cases, round trips and tools, and leave the full results alone", () => {
  const { cells, results, rounds } = readOptions({
    CASES: "500x1048576, 10000x16384",
    RTTS: "20",
    TOOLS: "ours-copy",
    ROUNDS: "7",
  });
  assert.deepEqual(cells.map(describeCell), ["ours-copy, 10,000 x 16 KiB, 20 ms", "ours-copy, 500 x 1 MiB, 20 ms"]);
  assert.equal(results, "copy-part");
  assert.equal(rounds, 7);
});

test("a setting that cannot be is refused with what it can be", () => {
  assert.throws(
    () => readOptions({ CASES: "5x5" }),
    (error) => error instanceof BenchmarkOptionError && error.message.includes("CASES=5x5: expected a list of 100x256"),
  );
  assert.throws(() => readOptions({ ROUNDS: "0" }), BenchmarkOptionError);
});
