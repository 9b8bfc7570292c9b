import assert from "node:assert/strict";
import { test } from "node:test";
import { atRisk, inOrderOfWeight, together } from "../../../../migration/plan/rules/findings.ts";

test("risks are told by their weight, and those of the same weight as they were found", () => {
  const { risks } = together(atRisk("knowledge", "d"), atRisk("service", "c"), atRisk("state", "a", "b"));
  assert.deepEqual(inOrderOfWeight(risks), ["a", "b", "c", "d"]);
});
