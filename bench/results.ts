import type { Cell, ToolName } from "./cases.ts";
import { spreadOf, type Spread } from "./statistics.ts";

/** One run of one tool that passed the byte check: a run that fails it is not recorded at all. */
export interface Measurement {
  readonly cell: Cell;
  /** For all keys of the cell, scaled when fewer were copied. */
  readonly seconds: number;
  readonly maxRssMiB: number;
  /** How many keys were copied. */
  readonly measuredKeys: number;
  /** See RunOutcome. */
  readonly startSeconds: number | undefined;
}

/** A row of the results file. */
export interface ResultRow {
  readonly tool: ToolName;
  readonly keys: number;
  readonly valueBytes: number;
  readonly rttMs: number;
  readonly seconds: Spread;
  readonly maxRssMiB: number;
  readonly bytesChecked: true;
  /** Present when the seconds were scaled up from those for so many keys. */
  readonly scaledFromKeys?: number;
}

/** One row a cell, in the order of the cells; a cell without a measurement has none. */
export function resultRows(cells: readonly Cell[], measurements: readonly Measurement[]): ResultRow[] {
  return cells.flatMap((cell) => {
    const ofCell = measurements.filter((measurement) => isSameCell(measurement.cell, cell));
    return ofCell.length === 0 ? [] : [rowOf(cell, ofCell)];
  });
}

/** The results file, as Prettier would write it. */
export function resultsDocument(rows: readonly ResultRow[]): string {
  return `${JSON.stringify({ rows }, null, 2)}\n`;
}

/** The row of a cell, when it was measured. */
export function findRow(rows: readonly ResultRow[], cell: Cell): ResultRow | undefined {
  return rows.find((row) => isSameCell(row, cell));
}

export function isSameCell(one: Cell, other: Cell): boolean {
  return (
    one.tool === other.tool &&
    one.keys === other.keys &&
    one.valueBytes === other.valueBytes &&
    one.rttMs === other.rttMs
  );
}

function rowOf({ tool, keys, valueBytes, rttMs }: Cell, measurements: readonly Measurement[]): ResultRow {
  const { median, min, max } = spreadOf(measurements.map(({ seconds }) => seconds));
  const measuredKeys = Math.min(...measurements.map((measurement) => measurement.measuredKeys));
  return {
    tool,
    keys,
    valueBytes,
    rttMs,
    seconds: { median: milliseconds(median), min: milliseconds(min), max: milliseconds(max) },
    maxRssMiB: Math.round(Math.max(...measurements.map(({ maxRssMiB }) => maxRssMiB))),
    bytesChecked: true,
    ...(measuredKeys < keys ? { scaledFromKeys: measuredKeys } : {}),
  };
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
