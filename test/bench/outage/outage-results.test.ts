import assert from "node:assert/strict";
import { test } from "node:test";
import { measurementOf, outageDocument, outageRows } from "../../../bench/outage/outage-results.ts";
import { outageReport } from "../../../bench/outage/outage-table.ts";
import type { OutageCell } from "../../../bench/outage/outage-options.ts";

const run = (seconds: number, copySeconds?: number) => ({ seconds, copySeconds, tridentStartSeconds: 0.5 });
const measured = (cell: OutageCell, ...seconds: number[]) =>
  seconds.map((each) => measurementOf(cell, run(each), cell.keys));

test("a row has the median, the least and the most of its runs", () => {
  const cell: OutageCell = { procedure: "ours", keys: 10 };
  const [row] = outageRows([cell], measured(cell, 9, 7, 8));
  assert.deepEqual(row?.outageSeconds, { median: 8, min: 7, max: 9 });
  assert.equal(row.scaled, undefined);
});

test("a run with fewer keys counts its copy for all of them and the rest of its outage once, and its row says so", () => {
  const cell: OutageCell = { procedure: "vendor", keys: 100_000 };
  const measurement = measurementOf(cell, run(30, 20), 10_001);
  // 2 ms a key, 89,999 more of them.
  assert.equal(measurement.outageSeconds.toFixed(3), (30 + 0.002 * 89_999).toFixed(3));
  const [row] = outageRows([cell], [measurement]);
  assert.deepEqual([row?.scaled, row?.scaledFromKeys], [true, 10_001]);
});

test("a figure without a run that was verified has no row", () => {
  assert.deepEqual(outageRows([{ procedure: "ours", keys: 10 }], []), []);
});

test("the results file has the procedure, the keys and the spread of each row", () => {
  const cell: OutageCell = { procedure: "ours", keys: 10 };
  const document = JSON.parse(outageDocument(outageRows([cell], measured(cell, 8)), "snapshot")) as { rows: object[] };
  const { procedure, keys, outageSeconds } = document.rows[0] as Record<string, unknown>;
  assert.deepEqual({ procedure, keys, outageSeconds }, { ...cell, outageSeconds: { median: 8, min: 8, max: 8 } });
});

test("the report judges each ratio that was measured, and says which was not", () => {
  const few: OutageCell = { procedure: "ours", keys: 10 };
  const many: OutageCell = { procedure: "ours", keys: 100_000 };
  const report = outageReport(outageRows([few, many], [...measured(few, 8), ...measured(many, 12)]), "volume");
  assert.match(report, /ours, 100,000 keys over 10 +<= 1.2 +1.50 +MISSED/);
  assert.match(report, /ours over vendor +<= 0.2 +- +not measured/);
});
