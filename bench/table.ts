import { describeContents } from "./cases.ts";
import { findRow, type Measurement, type ResultRow } from "./results.ts";
import { spreadOf } from "./statistics.ts";
import type { TargetOutcome } from "./targets.ts";

/** The medians, with the least and the most, one line a row; aligned for a terminal and readable in a log. */
export function resultsTable(rows: readonly ResultRow[]): string {
  const header = ["contents", "round trip", "tool", "median s", "min", "max", "keys/s", "x ours-copy", "max RSS"];
  const lines = rows.map((row) => [
    describeContents(row),
    `${row.rttMs} ms`,
    row.tool,
    `${formatSeconds(row.seconds.median)}${row.scaledFromKeys === undefined ? " " : "*"}`,
    formatSeconds(row.seconds.min),
    formatSeconds(row.seconds.max),
    Math.round(row.keys / row.seconds.median).toLocaleString("en"),
    timesOurs(row, rows),
    `${row.maxRssMiB} MiB`,
  ]);
  const notes = [
    "From the start of the process until the last key exists in the destination; ours-copy-verify until it is verified.",
    "vendor-copy is a re-implementation of the vendor's algorithm over the official Go client.",
    ...(rows.some((row) => row.scaledFromKeys !== undefined) ? [scaledNote(rows)] : []),
  ];
  return [alignedTable(header, lines, 3), ...notes].join("\n");
}

/** What of ours is the start of Node and the loading of the engine, which a program that runs already does not pay. */
export function startNote(measurements: readonly Measurement[]): string | undefined {
  const starts = measurements.flatMap(({ startSeconds }) => startSeconds ?? []);
  if (starts.length === 0) return undefined;
  const { median, min, max } = spreadOf(starts);
  return `Of the seconds of ours, Node's start and loading took ${formatSeconds(median)} (${formatSeconds(min)} to ${formatSeconds(max)}).`;
}

/** The numbers to reach; one that lacks a row says so. */
export function targetsTable(outcomes: readonly TargetOutcome[]): string {
  if (outcomes.every(({ met }) => met === undefined)) {
    return "The numbers to reach are for 100,000 and 1,000,000 keys, which this run did not measure.";
  }
  const lines = outcomes.map(({ description, wanted, reached, met }) => [
    description,
    wanted,
    reached === undefined ? "-" : formatRatio(reached),
    met === undefined ? "not measured" : met ? "reached" : "MISSED",
  ]);
  return alignedTable(["number to reach", "wanted", "got", ""], lines, 1);
}

/** The first columns are words, aligned on the left; the others numbers, on the right. */
export function alignedTable(
  header: readonly string[],
  lines: readonly (readonly string[])[],
  wordColumns: number,
): string {
  const all = [header, ...lines];
  const widths = header.map((_, column) => Math.max(...all.map((line) => (line[column] ?? "").length)));
  return all
    .map((line) =>
      line
        .map((text, column) =>
          column < wordColumns ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** How much longer than ours-copy took for the same. */
function timesOurs(row: ResultRow, rows: readonly ResultRow[]): string {
  const ours = findRow(rows, { ...row, tool: "ours-copy" });
  return ours === undefined ? "-" : formatRatio(row.seconds.median / ours.seconds.median);
}

function formatRatio(ratio: number): string {
  return ratio.toFixed(ratio < 10 ? 2 : ratio < 100 ? 1 : 0);
}

function scaledNote(rows: readonly ResultRow[]): string {
  const counts = [...new Set(rows.flatMap(({ scaledFromKeys }) => scaledFromKeys ?? []))].sort((a, b) => a - b);
  return `* scaled: measured on the first ${counts.map((count) => count.toLocaleString("en")).join(" or ")} keys.`;
}

export function formatSeconds(seconds: number): string {
  return seconds.toFixed(seconds < 10 ? 2 : seconds < 100 ? 1 : 0);
}
