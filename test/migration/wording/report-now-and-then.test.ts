import assert from "node:assert/strict";
import { it } from "node:test";
import { atMostEverySecond } from "../../../migration/wording/report-now-and-then.ts";

it("a loop's lines are reported once a second at most, and only made then", () => {
  let now = 0;
  const reported: string[] = [];
  const made: string[] = [];
  const sometimes = atMostEverySecond(
    (line) => reported.push(line),
    () => now,
  );
  for (now = 0; now <= 2500; now += 100) {
    const line = `at ${now}`;
    sometimes(() => {
      made.push(line);
      return line;
    });
  }
  assert.deepEqual(reported, ["at 1000", "at 2000"]);
  assert.deepEqual(made, reported);
});
