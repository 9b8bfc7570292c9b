import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrderOfWeight, risksOf } from "../../../../migration/plan/rules/findings.ts";

test("risks are told by their weight, and those of the same weight as they were found", () => {
  const found = [...risksOf("knowledge", ["d"]), ...risksOf("service", ["c"]), ...risksOf("state", ["a", "b"])];
  assert.deepEqual(inOrderOfWeight(found), ["a", "b", "c", "d"]);
});
