import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkRun } from "../../../bench/preview/check-run.ts";

const created = "Resources:\n    + 38 to create\n";
const unchanged = "Resources:\n    38 unchanged\n\n";
const one = "Resources:\n    1 unchanged\n\n";

describe("a run that is timed", () => {
  it("counts when it shows the plan of so many keys", () => {
    const plan = "      keys           100,000: 4 backends\n";
    const cell = { what: "preview", keys: 100_000 } as const;
    checkRun(cell, plan + created);
    assert.throws(() => {
      checkRun({ ...cell, keys: 10 }, plan + created);
    }, /the plan speaks of 100,000 keys/);
    assert.throws(() => {
      checkRun(cell, created);
    }, /the plan speaks of no keys/);
    assert.throws(
      () => {
        checkRun(cell, plan);
      },
      { name: "WrongRunError", message: /would be created/ },
    );
  });

  it("without the plan counts when no state is counted", () => {
    const cell = { what: "preview without the plan", keys: 10 } as const;
    checkRun(cell, created);
    assert.throws(() => {
      checkRun(cell, `      keys           10: 4 backends\n${created}`);
    }, /it planned/);
  });

  it("of an up counts when neither its preview nor itself changed anything", () => {
    const cell = { what: "up without changes", keys: 10 } as const;
    const plan = "nothing is copied again\n";
    checkRun(cell, plan + unchanged + unchanged);
    assert.throws(() => {
      checkRun(cell, unchanged + unchanged);
    }, /no plan/);
    assert.throws(() => {
      checkRun(cell, plan + unchanged);
    }, /changed something/);
    assert.throws(() => {
      checkRun(cell, plan + one + one);
    }, /changed something/);
    assert.throws(() => {
      checkRun(cell, `${plan}${unchanged}Resources:\n    ~ 1 updated\n    37 unchanged\n`);
    }, /changed/);
    checkRun({ what: "up of an empty program", keys: 0 }, one + one);
  });
});
