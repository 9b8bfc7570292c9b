import assert from "node:assert/strict";
import test from "node:test";
import { addTotals, closingLine, noTests, splitClosingLine } from "./totals.ts";

test("the closing line adds up the suites in the form that CI reads", () => {
  const first = { passed: 2, failed: 1, skipped: 0 };
  const second = { passed: 40, failed: 0, skipped: 3 };
  const totals = [first, second].reduce(addTotals, noTests);
  assert.equal(closingLine(totals), "42 passed, 1 failed, 3 skipped");
});

test("what a run has printed is told from its closing line", () => {
  const output = "✔ a test\n3 passed, 0 failed, 0 skipped\n✔ another\n4 passed, 1 failed, 0 skipped\n";
  assert.deepEqual(splitClosingLine(output), {
    printed: "✔ a test\n3 passed, 0 failed, 0 skipped\n✔ another\n",
    totals: { passed: 4, failed: 1, skipped: 0 },
  });
});

test("a run that ended before its closing line is a failure", () => {
  assert.deepEqual(splitClosingLine("✔ a test\n").totals, { passed: 0, failed: 1, skipped: 0 });
});
