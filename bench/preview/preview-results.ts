import { spreadOf, type Spread } from "../statistics.ts";
import type { PreviewCell } from "./preview-options.ts";

/** One run that did what it should; others are not recorded at all. */
export interface PreviewMeasurement {
  readonly cell: PreviewCell;
  /** From the start of the command until its end. */
  readonly seconds: number;
}

/** A row of the results file. */
export interface PreviewRow extends PreviewCell {
  readonly seconds: Spread;
  readonly runs: number;
}

/** One row a cell, in the order of the cells; a cell without a measurement has none. */
export function previewRows(cells: readonly PreviewCell[], measurements: readonly PreviewMeasurement[]): PreviewRow[] {
  return cells.flatMap(({ what, keys }) => {
    const seconds = measurements.flatMap((each) =>
      each.cell.what === what && each.cell.keys === keys ? each.seconds : [],
    );
    return seconds.length === 0 ? [] : [{ what, keys, seconds: hundredths(spreadOf(seconds)), runs: seconds.length }];
  });
}

/** The results file, as Prettier would write it. */
export function previewDocument(rows: readonly PreviewRow[]): string {
  return `${JSON.stringify({ rows }, null, 2)}\n`;
}

function hundredths({ median, min, max }: Spread): Spread {
  const rounded = (seconds: number) => Math.round(seconds * 100) / 100;
  return { median: rounded(median), min: rounded(min), max: rounded(max) };
}
