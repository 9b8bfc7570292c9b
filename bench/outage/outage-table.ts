import { formatSeconds } from "../table.ts";
import type { FillerKind } from "./filler.ts";
import { findOutageRow, type OutageRow } from "./outage-results.ts";

/** The medians, with the least and the most, one line a row; then the ratios to reach. */
export function outageReport(rows: readonly OutageRow[], filler: FillerKind): string {
  const header = ["procedure", "keys", "outage s", "min", "max", "of it: copy", "new Trident's start", "runs"];
  const lines = rows.map((row) => [
    row.procedure,
    row.keys.toLocaleString("en"),
    `${formatSeconds(row.outageSeconds.median)}${row.scaled === undefined ? " " : "*"}`,
    formatSeconds(row.outageSeconds.min),
    formatSeconds(row.outageSeconds.max),
    row.copySeconds === undefined ? "-" : formatSeconds(row.copySeconds.median),
    formatSeconds(row.tridentStartSeconds.median),
    String(row.runs),
  ]);
  const scaledFrom = new Set(rows.flatMap(({ scaledFromKeys }) => scaledFromKeys ?? []));
  const notes = [
    "From the last good answer of the old Trident's REST API to the first of the new one's, asked every 100 ms.",
    fillerNotes[filler],
    "vendor: the steps of its guide without a person's pauses, its copier re-implemented, its etcd there beforehand.",
    ...[...scaledFrom].map((keys) => `* the copy's part is scaled, from ${keys.toLocaleString("en")} keys.`),
  ];
  return [aligned([header, ...lines]), ...notes, "", aligned(ratioLines(rows))].join("\n");
}

const fillerNotes: Readonly<Record<FillerKind, string>> = {
  snapshot:
    "All but 10 keys are snapshots, which a Trident 19.04 does not read at its start; they are copied all the same.",
  volume: "All but 9 keys are volumes, which the new Trident reads at its start, in the outage.",
};

interface Ratio {
  readonly description: string;
  readonly of: readonly [OutageRow["procedure"], number];
  readonly over: readonly [OutageRow["procedure"], number];
  readonly atMost: number;
}

const ratios: readonly Ratio[] = [
  { description: "ours, 100,000 keys over 10", of: ["ours", 100_000], over: ["ours", 10], atMost: 1.2 },
  { description: "100,000 keys, ours over vendor", of: ["ours", 100_000], over: ["vendor", 100_000], atMost: 0.2 },
];

function ratioLines(rows: readonly OutageRow[]): string[][] {
  const secondsOf = ([procedure, keys]: Ratio["of"]) => findOutageRow(rows, { procedure, keys })?.outageSeconds.median;
  const lines = ratios.map(({ description, of, over, atMost }) => {
    const [numerator, denominator] = [secondsOf(of), secondsOf(over)];
    if (numerator === undefined || denominator === undefined) {
      return [description, `<= ${atMost}`, "-", "not measured"];
    }
    const ratio = numerator / denominator;
    return [description, `<= ${atMost}`, ratio.toFixed(2), ratio <= atMost ? "reached" : "MISSED"];
  });
  return [["ratio to reach", "wanted", "got", ""], ...lines];
}

/** The first column is words, aligned on the left; the others on the right. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const pad = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}
