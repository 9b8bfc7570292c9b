import assert from "node:assert/strict";
import { test } from "node:test";
import { outageOf, OutageUnknownError, type GoodAnswer } from "../../../bench/outage/outage.ts";

const from = (pod: string, ...times: number[]): GoodAnswer[] => times.map((at) => ({ pod, at }));
const nobody: ReadonlyMap<string, number> = new Map();

test("an outage lasts from the old Trident's last good answer to the first one of another pod", () => {
  const answers = [...from("old", 100, 200, 300), ...from("new", 5_300, 5_400)];
  assert.equal(outageOf({ answers, runningSince: nobody }).seconds, 5);
});

test("a question that went unanswered while the old Trident still served does not begin the outage", () => {
  const answers = [...from("old", 100, 2_100), ...from("new", 3_100)];
  assert.equal(outageOf({ answers, runningSince: nobody }).seconds, 1);
});

test("the new Trident's own start is what lies between its container's start and its first answer", () => {
  const answers = [...from("old", 100), ...from("new", 5_100)];
  const runningSince = new Map([
    ["old", 0],
    ["new", 4_600],
  ]);
  assert.deepEqual(outageOf({ answers, runningSince }), { seconds: 5, tridentStartSeconds: 0.5 });
});

test("an outage without an end is refused, and so is one without a beginning", () => {
  assert.throws(() => outageOf({ answers: from("old", 100), runningSince: nobody }), OutageUnknownError);
  assert.throws(() => outageOf({ answers: [], runningSince: nobody }), OutageUnknownError);
});

test("two Tridents that answer at once are no outage but an error", () => {
  const answers = [...from("old", 100), ...from("new", 200), ...from("old", 300)];
  assert.throws(() => outageOf({ answers, runningSince: nobody }), { message: /two Tridents at once/ });
});
