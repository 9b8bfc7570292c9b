import type { ToolName } from "../../bench/cases.ts";
import type { ResultRow } from "../../bench/results.ts";

/** A row as a benchmark would have written it. */
export function row(tool: ToolName, keys: number, median: number, changes: Partial<ResultRow> = {}): ResultRow {
  return {
    tool,
    keys,
    valueBytes: 256,
    rttMs: 0,
    seconds: { median, min: median / 2, max: median * 2 },
    maxRssMiB: 150,
    bytesChecked: true,
    ...changes,
  };
}
