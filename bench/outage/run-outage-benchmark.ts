import { keysToMeasure, needsPilot, type PartialRun } from "../scaling.ts";
import { measureOutage, type OutageBench } from "./measure-outage.ts";
import { plannedRounds, type OutageCell, type OutageOptions } from "./outage-options.ts";
import { measurementOf, type OutageMeasurement } from "./outage-results.ts";

export interface OutageBenchmarkOutcome {
  readonly measurements: readonly OutageMeasurement[];
  /** Runs that scored nothing, in words. */
  readonly failures: readonly string[];
}

/** Of the vendor's run that shows how slow its copy is, where no other has been made before. */
const pilotKeys = 1_000;

/** All rounds. A run that fails is told and left out; an interruption ends the benchmark with what there is. */
export async function runOutageBenchmark(
  bench: OutageBench,
  options: Pick<OutageOptions, "cells" | "rounds">,
  isInterrupted: () => boolean,
): Promise<OutageBenchmarkOutcome> {
  const measurements: OutageMeasurement[] = [];
  const failures: string[] = [];
  let pilot: PartialRun | undefined;
  const rounds = plannedRounds(options);
  for (const [round, cells] of rounds.entries()) {
    for (const [index, cell] of cells.entries()) {
      if (isInterrupted()) return { measurements, failures };
      const where = `round ${round + 1} of ${rounds.length}, ${index + 1} of ${cells.length}`;
      try {
        bench.report(`${where}: ${describeCell(cell)}`);
        if (needsPilot(cell.keys) && cell.procedure === "vendor") pilot ??= await runPilot(bench);
        const measurement = await measureCell(bench, cell, pilot);
        measurements.push(measurement);
        if (cell.procedure === "vendor") pilot = betterPilot(pilot, measurement);
        bench.report(`${where}: ${describeCell(cell)}: away for ${measurement.outageSeconds.toFixed(2)} s, verified`);
      } catch (error) {
        failures.push(`${describeCell(cell)}: ${error instanceof Error ? error.message : String(error)}`);
        bench.report(`${where}: FAILED: ${failures.at(-1) ?? ""}`);
      }
    }
  }
  return { measurements, failures };
}

async function measureCell(
  bench: OutageBench,
  cell: OutageCell,
  pilot: PartialRun | undefined,
): Promise<OutageMeasurement> {
  const isVendor = cell.procedure === "vendor";
  const keys = isVendor ? keysToMeasure(cell.keys, pilot, bench.vendorSeconds).keys : cell.keys;
  if (keys < cell.keys) bench.report(`on ${keys.toLocaleString("en")} keys, and scaled: more would take too long`);
  return measurementOf(cell, await measureOutage(bench, { ...cell, keys }), keys);
}

async function runPilot(bench: OutageBench): Promise<PartialRun | undefined> {
  bench.report(`first with ${pilotKeys.toLocaleString("en")} keys, to see how long the vendor's copy takes`);
  const run = await measureOutage(bench, { procedure: "vendor", keys: pilotKeys });
  return pilotOf(pilotKeys, run.copySeconds);
}

/** The more keys, the better it foretells. */
function betterPilot(pilot: PartialRun | undefined, { measuredKeys, cell, copySeconds }: OutageMeasurement) {
  const isBetter = measuredKeys === cell.keys && measuredKeys > (pilot?.keys ?? 0);
  return isBetter ? pilotOf(measuredKeys, copySeconds) : pilot;
}

function pilotOf(keys: number, copySeconds: number | undefined): PartialRun | undefined {
  return copySeconds === undefined ? undefined : { keys, seconds: copySeconds, firstKeySeconds: 0 };
}

function describeCell({ procedure, keys }: OutageCell): string {
  return `${procedure}, ${keys.toLocaleString("en")} keys`;
}
