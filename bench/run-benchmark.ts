import type { BenchmarkOptions } from "./benchmark-options.ts";
import { describeCell, slowTools, type Cell } from "./cases.ts";
import { firstKeys } from "./key-subset.ts";
import { measureRun, type Bench } from "./measure-run.ts";
import { isSameCell, type Measurement } from "./results.ts";
import { shuffled } from "./run-order.ts";
import { keysToMeasure, needsPilot, PILOT_KEYS, scaleSeconds, type PartialRun } from "./scaling.ts";
import type { Sources } from "./sources.ts";

export interface BenchmarkOutcome {
  readonly measurements: readonly Measurement[];
  /** Runs that scored nothing, in words. */
  readonly failures: readonly string[];
}

/**
 * All cells, once a round, each round in an order of its own. A run that fails is told and left out; an abort ends the
 * benchmark with what there is.
 */
export async function runBenchmark(
  bench: Bench,
  sources: Sources,
  options: BenchmarkOptions,
  report: (line: string) => void,
): Promise<BenchmarkOutcome> {
  const { cells, rounds, seed, minutes, cellSeconds } = options;
  const measurements: Measurement[] = [];
  const failures: string[] = [];
  const pilots = new Map<string, PartialRun>();
  const startedAt = performance.now();
  for (let round = 1; round <= rounds; round += 1) {
    const minutesGone = (performance.now() - startedAt) / 60_000;
    if (round > 1 && minutesGone >= minutes) {
      report(`${minutes} minutes are over: ${round - 1} of ${rounds} rounds`);
      break;
    }
    const repeated = cells.filter((cell) => secondsOf(cell, measurements) < cellSeconds);
    for (const [index, cell] of shuffled(repeated, seed + round).entries()) {
      if (isInterrupted(bench)) return { measurements, failures };
      const where = `round ${round} of ${rounds}, ${index + 1} of ${repeated.length}`;
      try {
        const measurement = await measureCell(bench, sources, cell, pilots, options.slowSeconds);
        measurements.push(measurement);
        report(`${where}: ${describeMeasurement(measurement)}`);
      } catch (error) {
        if (isInterrupted(bench)) return { measurements, failures };
        failures.push(error instanceof Error ? error.message : String(error));
        report(`${where}: ${describeCell(cell)} FAILED: ${failures.at(-1) ?? ""}`);
      }
    }
  }
  return { measurements, failures };
}

/** What the runs of a cell have taken so far; fewer keys took as much less. */
function secondsOf(cell: Cell, measurements: readonly Measurement[]): number {
  return measurements
    .filter((measurement) => isSameCell(measurement.cell, cell))
    .reduce((sum, { seconds, measuredKeys }) => sum + (seconds * measuredKeys) / cell.keys, 0);
}

function isInterrupted({ signal }: Bench): boolean {
  return signal.aborted;
}

async function measureCell(
  bench: Bench,
  sources: Sources,
  cell: Cell,
  pilots: Map<string, PartialRun>,
  slowSeconds: number,
): Promise<Measurement> {
  const port = await sources.portOf(cell);
  const pilot = await pilotOf(bench, port, cell, pilots);
  const subset = keysToMeasure(cell.keys, pilot, slowSeconds);
  const run = await measureRun(bench, port, cell, subset);
  const seconds = subset.keys < cell.keys ? scaleSeconds({ ...run, keys: subset.keys }, cell.keys) : run.seconds;
  return { cell, seconds, maxRssMiB: run.maxRssMiB, measuredKeys: subset.keys, startSeconds: run.startSeconds };
}

/** Only for a tool that may have to be measured on fewer keys; once for each size of value and round trip. */
async function pilotOf(
  bench: Bench,
  port: number,
  cell: Cell,
  pilots: Map<string, PartialRun>,
): Promise<PartialRun | undefined> {
  if (!slowTools.includes(cell.tool) || !needsPilot(cell.keys)) return undefined;
  const name = `${cell.tool} ${cell.valueBytes} ${cell.rttMs}`;
  const pilot = pilots.get(name) ?? {
    ...(await measureRun(bench, port, cell, firstKeys(PILOT_KEYS))),
    keys: PILOT_KEYS,
  };
  pilots.set(name, pilot);
  return pilot;
}

function describeMeasurement({ cell, seconds, maxRssMiB, measuredKeys }: Measurement): string {
  const scaled = measuredKeys < cell.keys ? ` (scaled from ${measuredKeys.toLocaleString("en")} keys)` : "";
  return `${describeCell(cell)}: ${seconds.toFixed(2)} s${scaled}, ${Math.round(maxRssMiB)} MiB`;
}
