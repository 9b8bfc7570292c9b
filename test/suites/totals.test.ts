import assert from "node:assert/strict";
import test from "node:test";
import { addTotals, closingLine, noTests } from "./totals.ts";

test("the closing line adds up the suites in the form that CI reads", () => {
  const first = { passed: 2, failed: 1, skipped: 0 };
  const second = { passed: 40, failed: 0, skipped: 3 };
  const totals = [first, second].reduce(addTotals, noTests);
  assert.equal(closingLine(totals), "42 passed, 1 failed, 3 skipped");
});
