/** Who copies. The names are those of the results file. */
export const toolNames = ["ours-copy", "ours-copy-verify", "make-mirror", "vendor-copy", "go-concurrent"] as const;
export type ToolName = (typeof toolNames)[number];

/** One key at a time: where these would need minutes, they are measured on fewer keys. */
export const slowTools: readonly ToolName[] = ["make-mirror", "vendor-copy"];

/** What a source holds. */
export interface Contents {
  readonly keys: number;
  readonly valueBytes: number;
}

export interface BenchmarkCase extends Contents {
  readonly tools: readonly ToolName[];
}

/** One figure of the benchmark: a tool, what it copies, and the round trip added on its way to both etcds. */
export interface Cell extends Contents {
  readonly tool: ToolName;
  readonly rttMs: number;
}

const fastTools = toolNames.filter((tool) => !slowTools.includes(tool));

export const benchmarkCases: readonly BenchmarkCase[] = [
  { keys: 100, valueBytes: 256, tools: toolNames },
  { keys: 10_000, valueBytes: 256, tools: toolNames },
  { keys: 100_000, valueBytes: 256, tools: toolNames },
  { keys: 1_000_000, valueBytes: 256, tools: fastTools },
  { keys: 10_000, valueBytes: 16 * 1024, tools: toolNames },
  { keys: 500, valueBytes: 1024 * 1024, tools: toolNames },
];

export const roundTrips: readonly number[] = [0, 2, 20];

/** How a case is called in CASES: `10000x256`. */
export function caseName({ keys, valueBytes }: Contents): string {
  return `${keys}x${valueBytes}`;
}

/** `10,000 x 16 KiB`. */
export function describeContents({ keys, valueBytes }: Contents): string {
  return `${keys.toLocaleString("en")} x ${describeBytes(valueBytes)}`;
}

export function describeCell(cell: Cell): string {
  return `${cell.tool}, ${describeContents(cell)}, ${cell.rttMs} ms`;
}

function describeBytes(bytes: number): string {
  const mebibyte = 1024 * 1024;
  if (bytes >= mebibyte) return `${bytes / mebibyte} MiB`;
  return bytes >= 1024 ? `${bytes / 1024} KiB` : `${bytes} B`;
}
