import assert from "node:assert/strict";
import { test } from "node:test";

import {
  cronFields,
  givenClaim,
  keptCount,
  keptDays,
  storageClassName,
  storageSize,
} from "../../../program/settings/parse-snapshots.ts";

test("takes five cron fields, or none, and says how to write them", () => {
  assert.equal(cronFields(""), "");
  assert.equal(cronFields(" 17 * * * * "), "17 * * * *");
  assert.throws(() => cronFields("@hourly"), /five fields.*Write five cron fields, such as "17 \* \* \* \*"/);
  assert.throws(() => cronFields("61 * * * *"), /its minute is "61"/);
});

test("takes numbers of snapshots and of days, amounts of storage and names, and nothing else", () => {
  assert.equal(keptCount("1"), 1);
  assert.equal(keptDays("0"), 0);
  assert.equal(storageSize("10Gi"), "10Gi");
  assert.equal(storageClassName(""), "");
  assert.equal(givenClaim("my-claim"), "my-claim");
  for (const [parse, text] of [
    [keptCount, "0"],
    [keptCount, "1.5"],
    [keptDays, "-1"],
    [keptDays, "a week"],
    [storageSize, "10"],
    [storageSize, "0Gi"],
    [storageSize, "ten"],
    [storageClassName, "No Such"],
    [givenClaim, "../x"],
  ] as const) {
    assert.throws(() => parse(text), Error, text);
  }
});
