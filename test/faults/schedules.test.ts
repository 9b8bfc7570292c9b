import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { runSchedule } from "./run-schedule.ts";
import { planSchedule } from "./schedule-plan.ts";
import { ScheduleSummary } from "./schedule-summary.ts";
import { startTestbed, type Testbed } from "./testbed.ts";

const SCHEDULES = 30;

let testbed: Testbed;
before(async () => {
  testbed = await startTestbed();
});
after(() => testbed.stop());

test("random faults and kills never make a copy claim a success that is none", async (context) => {
  const summary = new ScheduleSummary();
  for (let seed = 1; summary.schedules < SCHEDULES; seed += 1) {
    const result = await runSchedule(testbed, planSchedule(seed));
    summary.add(seed, result);
    const { outcome, fired, log } = result;
    const story = `SEED=${seed} COUNT=1 make faults\nfired: ${JSON.stringify(fired)}\n${log.join("\n")}`;
    assert(outcome === "verified" || outcome === "refused", `${outcome}: ${story}`);
  }
  for (const line of summary.describe()) context.diagnostic(line);
  assert(summary.isGood);
});

test("a seed makes the same plan each time", () => {
  assert.deepEqual(planSchedule(7), planSchedule(7));
  assert.notDeepEqual(planSchedule(7).entries, planSchedule(8).entries);
});
