import type { ScheduleResult } from "./run-schedule.ts";
import type { FiredFaults } from "./schedule-disturbances.ts";
import type { ScheduledKind } from "./schedule-plan.ts";

/** Adds up schedules. One whose faults never fired proves nothing and counts only when something is wrong with it. */
export class ScheduleSummary {
  schedules = 0;
  withoutFault = 0;
  readonly #seeds: { first?: number; last?: number } = {};
  readonly #twoPasses = { verified: 0, refused: 0 };
  readonly #outcomes: Record<ScheduleResult["outcome"], number> = {
    verified: 0,
    refused: 0,
    "false-success": 0,
    failed: 0,
  };
  readonly #fired: FiredFaults = {};

  add(seed: number, { outcome, twoPasses, fired }: ScheduleResult): void {
    this.#seeds.first ??= seed;
    this.#seeds.last = seed;
    const isWrong = outcome === "false-success" || outcome === "failed";
    if (Object.keys(fired).length === 0 && !isWrong) {
      this.withoutFault += 1;
      return;
    }
    this.schedules += 1;
    this.#outcomes[outcome] += 1;
    if (twoPasses && (outcome === "verified" || outcome === "refused")) {
      this.#twoPasses[outcome] += 1;
    }
    for (const [kind, count] of Object.entries(fired) as [ScheduledKind, number][]) {
      this.#fired[kind] = (this.#fired[kind] ?? 0) + count;
    }
  }

  get firedFaults(): number {
    return Object.values(this.#fired).reduce((sum, count) => sum + count, 0);
  }

  get isGood(): boolean {
    return this.firedFaults > 0 && this.#outcomes["false-success"] === 0 && this.#outcomes.failed === 0;
  }

  describe(): string[] {
    const byKind = Object.entries(this.#fired)
      .sort()
      .map(([kind, count]) => `  ${kind.padEnd(18)} ${count}`);
    const { verified, refused, failed } = this.#outcomes;
    const falseSuccesses = this.#outcomes["false-success"];
    const { first, last } = this.#seeds;
    const twoPasses = this.#twoPasses;
    return [
      `seeds: ${first === undefined ? "none" : `${first} to ${last ?? first}`}`,
      `schedules run: ${this.schedules} (and ${this.withoutFault} not counted, whose faults never fired)`,
      "faults that fired:",
      ...byKind,
      `verified successes: ${verified} (${twoPasses.verified} of them in a second pass)`,
      `clean refusals: ${refused} (${twoPasses.refused} of them in a second pass)`,
      `failed (hung, broke, or no success with nothing in the way): ${failed}`,
      `false successes: ${falseSuccesses}`,
      `schedules=${this.schedules} fired=${this.firedFaults} verified=${verified} refused=${refused} false_successes=${falseSuccesses}`,
    ];
  }
}
