import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { PlanNotFoundError, withoutThePlan } from "../../../bench/preview/without-the-plan.ts";

const program = await readFile(join(import.meta.dirname, "..", "..", "..", "index.ts"), "utf8");

describe("the program without the plan", () => {
  it("lacks the plan's imports, its call and what of it is answered, and nothing else", () => {
    const left = new Set(withoutThePlan(program).split("\n"));
    const lost = program.split("\n").filter((line) => !left.has(line));
    assert.equal(lost.length, 4, lost.join("\n"));
    for (const word of ["makePlan", "planOutput"]) {
      assert.ok(![...left].some((line) => line.includes(word)), word);
    }
    for (const kept of [
      "// Components.",
      "export const migrationPlan = {",
      "// What is made first is removed last: the report of what a destroy has kept comes after all else.",
    ]) {
      assert.ok(left.has(kept), kept);
    }
  });

  it("is refused where the program is not as expected", () => {
    assert.throws(() => withoutThePlan("const plan = undefined;\n"), PlanNotFoundError);
    const used = `${program}\nconsole.log(planOutput(plan));\n`;
    assert.throws(() => withoutThePlan(used), { name: "PlanNotFoundError", message: /planOutput is used elsewhere/ });
  });
});
