import { formatSeconds } from "../table.ts";
import type { FigureName, PreviewOptions } from "./preview-options.ts";
import type { PreviewRow } from "./preview-results.ts";

/** The medians, with the least and the most, one line a row; then the ratios of medians to reach. */
export function previewReport(rows: readonly PreviewRow[], keys: Pick<PreviewOptions, "fewKeys" | "manyKeys">): string {
  const header = ["what", "keys", "median s", "min", "max", "runs"];
  const lines = rows.map(({ what, keys: count, seconds, runs }) => [
    what,
    count === 0 ? "-" : count.toLocaleString("en"),
    formatSeconds(seconds.median),
    formatSeconds(seconds.min),
    formatSeconds(seconds.max),
    String(runs),
  ]);
  const note = "From the start of the pulumi command to its end; an up includes its own preview, as without options.";
  return [aligned([header, ...lines]), note, "", aligned(goalLines(rows, keys))].join("\n");
}

/** A figure, and whether it is that with few keys or with many. */
type Operand = readonly [what: FigureName, keys: "few" | "many" | "none"];

interface Goal {
  readonly description: string;
  readonly of: Operand;
  readonly over: Operand;
}

const atMost = 2;

const goals: readonly Goal[] = [
  { description: "preview, many keys over few", of: ["preview", "many"], over: ["preview", "few"] },
  {
    description: "preview, many keys, over that without the plan",
    of: ["preview", "many"],
    over: ["preview without the plan", "many"],
  },
  {
    description: "up without changes over that of an empty program",
    of: ["up without changes", "many"],
    over: ["up of an empty program", "none"],
  },
];

function goalLines(rows: readonly PreviewRow[], keys: Pick<PreviewOptions, "fewKeys" | "manyKeys">): string[][] {
  const counts = { few: keys.fewKeys, many: keys.manyKeys, none: 0 };
  const secondsOf = ([what, count]: Operand) =>
    rows.find((row) => row.what === what && row.keys === counts[count])?.seconds;
  const lines = goals.map(({ description, of, over }) => {
    const [numerator, denominator] = [secondsOf(of), secondsOf(over)];
    if (numerator === undefined || denominator === undefined) {
      return [description, `<= ${atMost}`, "-", "-", "not measured"];
    }
    const ratio = numerator.median / denominator.median;
    const ofLeast = (numerator.min / denominator.min).toFixed(2);
    return [description, `<= ${atMost}`, ratio.toFixed(2), ofLeast, ratio <= atMost ? "reached" : "MISSED"];
  });
  return [["ratio to reach", "wanted", "of medians", "of least", ""], ...lines];
}

/** The first column is words, aligned on the left; the others on the right. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const pad = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}
