import type { Cell, ToolName } from "./cases.ts";
import { findRow, type ResultRow } from "./results.ts";

/** A number that the copy is to reach, and what it came to. */
export interface TargetOutcome {
  readonly description: string;
  /** With the bound, such as `>= 30`. */
  readonly wanted: string;
  /** Undefined when a row that it needs was not measured. */
  readonly reached: number | undefined;
  readonly met: boolean | undefined;
}

interface Target {
  readonly description: string;
  readonly bound: { readonly atLeast: number } | { readonly atMost: number };
  /** A figure of the first row divided by the same of the second; the figure itself when there is no second. */
  readonly figure: (row: ResultRow) => number;
  readonly of: Cell;
  readonly over?: Cell;
}

const seconds = (row: ResultRow): number => row.seconds.median;
const residentMebibytes = (row: ResultRow): number => row.maxRssMiB;

/** All ratios are of medians. */
const targets: readonly Target[] = [
  {
    description: "times as fast as make-mirror, 100,000 x 256 B",
    bound: { atLeast: 30 },
    figure: seconds,
    of: cell("make-mirror", 100_000),
    over: cell("ours-copy", 100_000),
  },
  {
    description: "times as fast as the vendor's algorithm, 100,000 x 256 B",
    bound: { atLeast: 60 },
    figure: seconds,
    of: cell("vendor-copy", 100_000),
    over: cell("ours-copy", 100_000),
  },
  {
    description: "of the concurrent Go client's speed, 100,000 x 256 B",
    bound: { atLeast: 0.9 },
    figure: seconds,
    of: cell("go-concurrent", 100_000),
    over: cell("ours-copy", 100_000),
  },
  {
    description: "copy + verify over copy alone, 100,000 x 256 B",
    bound: { atMost: 1.3 },
    figure: seconds,
    of: cell("ours-copy-verify", 100_000),
    over: cell("ours-copy", 100_000),
  },
  {
    description: "time of 1,000,000 keys over that of 100,000",
    bound: { atMost: 11 },
    figure: seconds,
    of: cell("ours-copy", 1_000_000),
    over: cell("ours-copy", 100_000),
  },
  {
    description: "MiB resident, copy of 1,000,000 keys",
    bound: { atMost: 200 },
    figure: residentMebibytes,
    of: cell("ours-copy", 1_000_000),
  },
  {
    description: "MiB resident, copy + verify of 1,000,000 keys",
    bound: { atMost: 200 },
    figure: residentMebibytes,
    of: cell("ours-copy-verify", 1_000_000),
  },
  {
    description: "times as fast as the vendor's algorithm, 100,000 x 256 B, 20 ms",
    bound: { atLeast: 100 },
    figure: seconds,
    of: cell("vendor-copy", 100_000, 20),
    over: cell("ours-copy", 100_000, 20),
  },
];

export function judgeTargets(rows: readonly ResultRow[]): TargetOutcome[] {
  return targets.map((target) => {
    const reached = reachedBy(target, rows);
    const { bound, description } = target;
    const wanted = "atLeast" in bound ? `>= ${bound.atLeast}` : `<= ${bound.atMost}`;
    if (reached === undefined) return { description, wanted, reached, met: undefined };
    return {
      description,
      wanted,
      reached,
      met: "atLeast" in bound ? reached >= bound.atLeast : reached <= bound.atMost,
    };
  });
}

function reachedBy({ of, over, figure }: Target, rows: readonly ResultRow[]): number | undefined {
  const numerator = findRow(rows, of);
  if (numerator === undefined) return undefined;
  if (over === undefined) return figure(numerator);
  const denominator = findRow(rows, over);
  return denominator === undefined ? undefined : figure(numerator) / figure(denominator);
}

function cell(tool: ToolName, keys: number, rttMs = 0): Cell {
  return { tool, keys, valueBytes: 256, rttMs };
}
