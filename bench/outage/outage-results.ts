import { scaleSeconds } from "../scaling.ts";
import { spreadOf, type Spread } from "../statistics.ts";
import type { FillerKind } from "./filler.ts";
import type { OutageRun } from "./measure-outage.ts";
import { isSameCell, type OutageCell } from "./outage-options.ts";

/** One run that was verified: a run that was not is not recorded at all. */
export interface OutageMeasurement {
  readonly cell: OutageCell;
  /** For all keys of the cell, scaled when there were fewer. */
  readonly outageSeconds: number;
  readonly copySeconds: number | undefined;
  readonly tridentStartSeconds: number;
  /** How many keys there were. */
  readonly measuredKeys: number;
}

/** A row of the results file. */
export interface OutageRow extends OutageCell {
  readonly outageSeconds: Spread;
  /** Of the outage, what the new Trident took to read its state and to answer. */
  readonly tridentStartSeconds: Spread;
  /** Of the outage, the copy alone; the vendor's procedure tells. */
  readonly copySeconds?: Spread;
  readonly runs: number;
  readonly verified: true;
  /** Present when the copy's part of the seconds was scaled up from that for so many keys. */
  readonly scaled?: true;
  readonly scaledFromKeys?: number;
}

/** The copy's part of the outage grows with the keys; all else is taken as it was with fewer of them, to the vendor's favour. */
export function measurementOf(cell: OutageCell, run: OutageRun, measuredKeys: number): OutageMeasurement {
  const { seconds, copySeconds, tridentStartSeconds } = run;
  const plain = { cell, tridentStartSeconds, measuredKeys };
  if (measuredKeys >= cell.keys) return { ...plain, outageSeconds: seconds, copySeconds };
  if (copySeconds === undefined) throw new RangeError("only a run that tells its copy's time can be scaled");
  const scaled = (whole: number) =>
    scaleSeconds({ keys: measuredKeys, seconds: whole, firstKeySeconds: whole - copySeconds }, cell.keys);
  return { ...plain, outageSeconds: scaled(seconds), copySeconds: scaled(copySeconds) };
}

/** One row a cell, in the order of the cells; a cell without a measurement has none. */
export function outageRows(cells: readonly OutageCell[], measurements: readonly OutageMeasurement[]): OutageRow[] {
  return cells.flatMap((cell) => {
    const ofCell = measurements.filter((each) => isSameCell(each.cell, cell));
    return ofCell.length === 0 ? [] : [rowOf(cell, ofCell)];
  });
}

export function findOutageRow(rows: readonly OutageRow[], cell: OutageCell): OutageRow | undefined {
  return rows.find((row) => isSameCell(row, cell));
}

/** The results file, as Prettier would write it. */
export function outageDocument(rows: readonly OutageRow[], filler: FillerKind): string {
  return `${JSON.stringify({ filler, rows }, null, 2)}\n`;
}

function rowOf({ procedure, keys }: OutageCell, measurements: readonly OutageMeasurement[]): OutageRow {
  const copies = measurements.flatMap(({ copySeconds }) => copySeconds ?? []);
  const measuredKeys = Math.min(...measurements.map((measurement) => measurement.measuredKeys));
  return {
    procedure,
    keys,
    outageSeconds: hundredths(spreadOf(measurements.map(({ outageSeconds }) => outageSeconds))),
    tridentStartSeconds: hundredths(spreadOf(measurements.map(({ tridentStartSeconds }) => tridentStartSeconds))),
    ...(copies.length > 0 ? { copySeconds: hundredths(spreadOf(copies)) } : {}),
    runs: measurements.length,
    verified: true,
    ...(measuredKeys < keys ? { scaled: true, scaledFromKeys: measuredKeys } : {}),
  };
}

function hundredths({ median, min, max }: Spread): Spread {
  const rounded = (seconds: number) => Math.round(seconds * 100) / 100;
  return { median: rounded(median), min: rounded(min), max: rounded(max) };
}
