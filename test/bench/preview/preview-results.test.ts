import assert from "node:assert/strict";
import { test } from "node:test";
import { previewDocument, previewRows, type PreviewRow } from "../../../bench/preview/preview-results.ts";
import { previewReport } from "../../../bench/preview/preview-table.ts";

const keys = { fewKeys: 10, manyKeys: 100_000 };

test("a row has the median, the least and the most of its figure's runs, in hundredths of a second", () => {
  const cell = { what: "preview", keys: 10 } as const;
  const other = { what: "preview", keys: 100_000 } as const;
  const measurements = [3.004, 1.001, 2.006].map((seconds) => ({ cell, seconds }));
  const rows = previewRows([cell, other], [...measurements, { cell: { ...cell, keys: 7 }, seconds: 9 }]);
  assert.deepEqual(rows, [{ ...cell, seconds: { median: 2.01, min: 1, max: 3 }, runs: 3 }]);
  assert.deepEqual(JSON.parse(previewDocument(rows)), { rows });
});

test("the report says of each ratio whether it is reached, missed or was not measured", () => {
  const report = previewReport(
    [
      row("preview", 100_000, 4),
      row("preview without the plan", 100_000, 2),
      row("up without changes", 100_000, 5),
      row("up of an empty program", 0, 2),
    ],
    keys,
  );
  assert.match(report, /^preview, many keys over few +<= 2 +- +- +not measured$/m);
  assert.match(report, /^preview, many keys, over that without the plan +<= 2 +2\.00 +2\.00 +reached$/m);
  assert.match(report, /^up without changes over that of an empty program +<= 2 +2\.50 +2\.50 +MISSED$/m);
  assert.match(report, /^preview +100,000 +4\.00 +4\.00 +4\.00 +1$/m);
});

function row(what: PreviewRow["what"], count: number, seconds: number): PreviewRow {
  return { what, keys: count, seconds: { median: seconds, min: seconds, max: seconds }, runs: 1 };
}
