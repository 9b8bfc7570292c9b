import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeTargets } from "../../bench/targets.ts";
import { row } from "./result-rows.ts";

function outcomeOf(rows: Parameters<typeof judgeTargets>[0], description: RegExp) {
  const outcome = judgeTargets(rows).find((each) => description.test(each.description));
  assert.ok(outcome);
  return { reached: outcome.reached, met: outcome.met };
}

test("a speed is the other tool's median over ours", () => {
  const rows = [row("ours-copy", 100_000, 4), row("make-mirror", 100_000, 120), row("go-concurrent", 100_000, 3)];
  assert.deepEqual(outcomeOf(rows, /make-mirror/), { reached: 30, met: true });
  assert.deepEqual(outcomeOf(rows, /Go client/), { reached: 0.75, met: false });
});

test("an upper bound is missed when it is exceeded", () => {
  const rows = [row("ours-copy", 100_000, 4), row("ours-copy", 1_000_000, 45, { maxRssMiB: 201 })];
  assert.deepEqual(outcomeOf(rows, /over that of 100,000/), { reached: 11.25, met: false });
  assert.deepEqual(outcomeOf(rows, /resident, copy of/), { reached: 201, met: false });
});

test("round trips are told apart", () => {
  const rows = [
    row("ours-copy", 100_000, 4),
    row("vendor-copy", 100_000, 4_000),
    row("ours-copy", 100_000, 8, { rttMs: 20 }),
    row("vendor-copy", 100_000, 4_000, { rttMs: 20 }),
  ];
  assert.deepEqual(outcomeOf(rows, /20 ms/), { reached: 500, met: true });
});

test("a number whose rows were not measured is neither reached nor missed", () => {
  assert.deepEqual(outcomeOf([row("ours-copy", 100_000, 4)], /make-mirror/), { reached: undefined, met: undefined });
});
