import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cell } from "../../bench/cases.ts";
import { resultRows, resultsDocument } from "../../bench/results.ts";

const ours: Cell = { tool: "ours-copy", keys: 100_000, valueBytes: 256, rttMs: 2 };
const mirror: Cell = { tool: "make-mirror", keys: 100_000, valueBytes: 256, rttMs: 2 };

test("the results file has one row a cell with exactly the published fields", () => {
  const rows = resultRows(
    [ours],
    [3.0004, 1, 2].map((seconds, index) => ({
      cell: ours,
      seconds,
      maxRssMiB: 100.4 + index,
      measuredKeys: ours.keys,
      startSeconds: 0.3,
    })),
  );
  assert.deepEqual(JSON.parse(resultsDocument(rows)), {
    rows: [
      {
        tool: "ours-copy",
        keys: 100_000,
        valueBytes: 256,
        rttMs: 2,
        seconds: { median: 2, min: 1, max: 3 },
        maxRssMiB: 102,
        bytesChecked: true,
      },
    ],
  });
});

test("a row that was scaled says from how many keys", () => {
  const rows = resultRows(
    [mirror],
    [{ cell: mirror, seconds: 300, maxRssMiB: 20, measuredKeys: 1_000, startSeconds: undefined }],
  );
  assert.equal(rows[0]?.scaledFromKeys, 1_000);
});

test("a cell of which no run passed its byte check has no row", () => {
  const rows = resultRows(
    [ours, mirror],
    [{ cell: mirror, seconds: 1, maxRssMiB: 20, measuredKeys: 100_000, startSeconds: undefined }],
  );
  assert.deepEqual(
    rows.map(({ tool }) => tool),
    ["make-mirror"],
  );
});
