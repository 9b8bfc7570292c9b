import assert from "node:assert/strict";
import { test } from "node:test";
import { restoreRows, restoreTable, type RestoreRun } from "../../../bench/restore/restore-results.ts";

const million = { keys: 1_000_000, valueBytes: 256 };

test("a row has the median of the seconds, the most memory, and from how many keys it was scaled", () => {
  const rows = restoreRows(million, [ours(30, 150), ours(40, 180), ours(20, 160), etcdctl(600)]);
  assert.deepEqual(rows, [
    {
      ...{ restorer: "ours", ...million, seconds: { median: 30, min: 20, max: 40 }, parts: {} },
      ...{ maxRssMiB: 180, bytesChecked: true },
    },
    {
      ...{ restorer: "etcdctl", ...million, seconds: { median: 600, min: 600, max: 600 } },
      ...{ parts: { restore: 5, start: 1, "make-mirror": 594 } },
      ...{ maxRssMiB: 700, bytesChecked: true, scaledFromKeys: 100_000 },
    },
  ]);
});

test("the table says how many times as long etcdctl's way takes, and whether the memory is within its bound", () => {
  const table = restoreTable(restoreRows(million, [ours(30, 180), etcdctl(600)]));
  assert.match(table, /^etcdctl +1,000,000 +600\* .* 700 MiB +restore 5\.00, start 1\.00, make-mirror 594$/m);
  assert.match(table, /^\* make-mirror scaled: measured on the first 100,000 keys\.$/m);
  assert.match(table, /^etcdctl's way takes 20\.0 times as long as ours\.$/m);
  assert.match(table, /^MiB resident, ours: 180, wanted <= 200: reached$/m);
  assert.match(restoreTable(restoreRows(million, [ours(30, 201)])), /201, wanted <= 200: MISSED/);
});

function ours(seconds: number, maxRssMiB: number): RestoreRun {
  return { restorer: "ours", seconds, parts: {}, maxRssMiB, measuredKeys: million.keys };
}

function etcdctl(seconds: number): RestoreRun {
  const parts = { restore: 5, start: 1, "make-mirror": seconds - 6 };
  return { restorer: "etcdctl", seconds, parts, maxRssMiB: 700, measuredKeys: 100_000 };
}
