import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { longestPauseSeconds, parseCronSchedule } from "../../../../migration/snapshot/schedule/cron-schedule.ts";

const [minute, hour, day] = [60, 3600, 86_400];

describe("when a CronJob runs", () => {
  for (const [text, pause] of [
    ["* * * * *", minute],
    ["*/10 * * * *", 10 * minute],
    ["5/20 * * * *", 20 * minute],
    ["17 * * * *", hour],
    ["0 3 * * *", day],
    ["0 3,15 * * *", 12 * hour],
    ["30 8-18 * * *", 14 * hour],
    ["0 3 * * 1-5", 3 * day],
    ["0 3 * * mon,WED", 5 * day],
    ["0 3 1 * *", 31 * day],
    ["0 3 1 jan *", 366 * day],
    ["0 3 31 * ?", 61 * day],
    // Both kinds of days are limited: either will do.
    ["0 3 1 * 0", 7 * day],
    // A step begins with all, and limits nothing.
    ["0 3 */1 * 0", 7 * day],
    ["0 0 29 2 *", (4 * 365 + 1) * day],
    [" 0\t3  * * *  ", day],
  ] as const) {
    it(`at most ${pause / minute} minutes pass between runs by "${text.trim()}"`, () => {
      assert.equal(longestPauseSeconds(parseCronSchedule(text)), pause);
    });
  }

  for (const [text, why] of [
    ["", "five fields"],
    ["daily", "five fields"],
    ["@daily", "five fields"],
    ["0 0 3 * * *", "five fields"],
    ["60 * * * *", 'its minute is "60"; it takes 0 to 59'],
    ["* 24 * * *", 'its hour is "24"'],
    ["* * 0 * *", 'its day of the month is "0"'],
    ["* * * 13 *", 'its month is "13"'],
    ["* * * * 7", 'its day of the week is "7"'],
    ["* * * * sunday", 'its day of the week is "sunday"'],
    ["5-1 * * * *", 'its minute is "5-1"'],
    ["*/0 * * * *", 'its minute is "*/0"'],
    ["1-2-3 * * * *", 'its minute is "1-2-3"'],
    ["-1 * * * *", 'its minute is "-1"'],
    [", * * * *", 'its minute is ""'],
    ["0 0 31 2 *", "there is no day that it fits"],
  ] as const) {
    it(`is not told by "${text}"`, () => {
      assert.throws(
        () => parseCronSchedule(text),
        (error) => error instanceof RangeError && error.message.includes(why),
      );
    });
  }
});
