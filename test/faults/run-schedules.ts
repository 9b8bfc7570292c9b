/**
 * Runs COUNT schedules of random faults (default 1,000) from SEED on (default 1): schedule n of a run has the seed
 * SEED + n - 1. Its last line adds them up; it exits 1 when a success was false, a schedule failed, or no fault fired.
 */
import { runSchedule } from "./run-schedule.ts";
import { planSchedule } from "./schedule-plan.ts";
import { ScheduleSummary } from "./schedule-summary.ts";
import { startTestbed } from "./testbed.ts";

const firstSeed = wholeNumber("SEED", 1);
const wanted = wholeNumber("COUNT", 1_000);
const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    interruption.abort();
  });
}

console.log(
  `${wanted} schedules from seed ${firstSeed} on; the same again: SEED=${firstSeed} COUNT=${wanted} make faults`,
);
const testbed = await startTestbed();
const summary = new ScheduleSummary();
const started = performance.now();
try {
  // A schedule whose faults never fire is made up for by one more; most fire.
  for (
    let seed = firstSeed;
    summary.schedules < wanted && seed < firstSeed + 3 * wanted && !interruption.signal.aborted;
    seed += 1
  ) {
    const result = await runSchedule(testbed, planSchedule(seed)).catch((error: unknown) => {
      throw new Error(`schedule ${seed} could not be run; repeat it with SEED=${seed} COUNT=1`, { cause: error });
    });
    summary.add(seed, result);
    if (result.outcome === "false-success" || result.outcome === "failed") {
      console.log(`schedule ${seed}: ${result.outcome}; repeat it with SEED=${seed} COUNT=1`);
    }
    if (result.outcome === "false-success" || result.outcome === "failed" || wanted === 1) {
      console.log(`fired: ${JSON.stringify(result.fired)}\n${result.log.join("\n")}`);
    }
    if (summary.schedules > 0 && summary.schedules % 100 === 0) {
      console.log(`${summary.schedules} schedules, ${summary.firedFaults} faults, ${elapsedSeconds()} s`);
    }
  }
} finally {
  await testbed.stop();
}
console.log(`took ${elapsedSeconds()} s`);
console.log(summary.describe().join("\n"));
process.exitCode = summary.isGood && !interruption.signal.aborted ? 0 : 1;

function elapsedSeconds(): number {
  return Math.round((performance.now() - started) / 1_000);
}

function wholeNumber(name: string, otherwise: number): number {
  const text = process.env[name] ?? String(otherwise);
  if (!/^\d+$/.test(text) || Number(text) === 0) {
    throw new Error(`${name} is to be a whole number from 1 on, not ${text}`);
  }
  return Number(text);
}
