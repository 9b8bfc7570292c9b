import assert from "node:assert/strict";
import { test } from "node:test";

import { checkFlows } from "../../../program/settings/check-flows.ts";
import { defaultSettings, type Settings } from "../../../program/settings/settings.ts";

const problemsOf = (change: Partial<Settings>): string[] => checkFlows({ ...defaultSettings, ...change });

test("refuses a rollback without what it rolls back", () => {
  const [problem, another] = problemsOf({ rollback: true });
  assert.match(problem ?? "", /rollback is true and migrate is false.*pulumi config rm rollback/);
  assert.equal(another, undefined);
  assert.deepEqual(problemsOf({ rollback: true, migrate: true }), []);
});

test("refuses to migrate what is given up, and gives up anything else", () => {
  const [problem, another] = problemsOf({ migrate: true, abandonedClaim: ["older", "trident"] });
  assert.match(problem ?? "", /^migrate is true and abandonedClaim names trident, .*pulumi config set migrate false/);
  assert.equal(another, undefined);
  assert.deepEqual(problemsOf({ migrate: true, abandonedClaim: ["older"] }), []);
  assert.deepEqual(problemsOf({ abandonedClaim: ["trident"] }), []);
});
