import assert from "node:assert/strict";
import { test } from "node:test";
import { resultsTable, startNote, targetsTable } from "../../bench/table.ts";
import { judgeTargets } from "../../bench/targets.ts";
import { row } from "./result-rows.ts";

test("the table has a line a row, with median, min, max, rate, ratio and memory", () => {
  const table = resultsTable([row("ours-copy", 100_000, 4), row("make-mirror", 100_000, 130)]);
  const [, ours, mirror] = table.split("\n").map((line) => line.split(/\s{2,}/));
  assert.deepEqual(ours, ["100,000 x 256 B", "0 ms", "ours-copy", "4.00", "2.00", "8.00", "25,000", "1.00", "150 MiB"]);
  assert.deepEqual(mirror, ["100,000 x 256 B", "0 ms", "make-mirror", "130", "65.0", "260", "769", "32.5", "150 MiB"]);
});

test("a scaled figure is marked, and a note tells how it was measured", () => {
  const table = resultsTable([row("vendor-copy", 100_000, 4_000, { scaledFromKeys: 1_000 })]);
  assert.match(table, /vendor-copy +4000\*/);
  assert.match(table, /\* scaled: measured on the first 1,000 keys\./);
});

test("a number that was missed says so", () => {
  const table = targetsTable(judgeTargets([row("ours-copy", 100_000, 4), row("make-mirror", 100_000, 40)]));
  assert.match(table, /make-mirror.* >= 30 +10\.0 +MISSED/);
});

test("the start of Node is told apart, for the tools that tell when they have started", () => {
  const cell = { tool: "ours-copy", keys: 100, valueBytes: 256, rttMs: 0 } as const;
  const run = { cell, seconds: 1, maxRssMiB: 100, measuredKeys: 100 };
  const starts = [0.5, 0.25, 0.3, undefined];
  assert.equal(
    startNote(starts.map((startSeconds) => ({ ...run, startSeconds }))),
    "Of the seconds of ours, Node's start and loading took 0.30 (0.25 to 0.50).",
  );
  assert.equal(startNote([{ ...run, startSeconds: undefined }]), undefined);
});
