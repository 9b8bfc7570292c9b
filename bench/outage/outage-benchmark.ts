/**
 * `make bench-outage`: how long Trident is away while it moves to an external etcd, by `pulumi up` and by the vendor's
 * procedure. Settings come from the environment: QUICK=1, ROUNDS, VENDOR_ROUNDS, KEYS, PROCEDURES, FILLER, VENDOR_SECONDS
 * (see outage-options.ts).
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startProgress } from "../../sandbox/progress.ts";
import { stopSandbox } from "../../sandbox/stop-sandbox.ts";
import { buildPeers } from "../build-peers.ts";
import { endWith, interruptedBySignals } from "../interrupted-by-signals.ts";
import { plannedRounds, readOutageOptions, type OutageOptions } from "./outage-options.ts";
import { outageDocument, outageRows } from "./outage-results.ts";
import { outageReport } from "./outage-table.ts";
import { runOutageBenchmark, type OutageBenchmarkOutcome } from "./run-outage-benchmark.ts";

const report = startProgress();
const interruption = interruptedBySignals((signal) => {
  report(`${signal}: ending after the run that is under way; again ends at once, and make sandbox-down cleans up`);
});
try {
  const options = readOutageOptions(process.env);
  const outcome = await benchmark(options);
  if (outcome.measurements.length > 0) await publish(options, outcome);
  for (const failure of outcome.failures) console.error(`FAILED: ${failure}`);
  if (outcome.failures.length > 0 || interruption.aborted) process.exitCode = 1;
} catch (error) {
  endWith(error);
}

async function benchmark(options: OutageOptions): Promise<OutageBenchmarkOutcome> {
  const peers = await buildPeers(report);
  report(
    `${runsOf(options)} runs for ${options.cells.length} figures, each on a fresh sandbox: about two minutes each`,
  );
  try {
    const bench = { peers, vendorSeconds: options.vendorSeconds, filler: options.filler, report };
    return await runOutageBenchmark(bench, options, () => interruption.aborted);
  } finally {
    await stopSandbox(report);
  }
}

async function publish(options: OutageOptions, { measurements, failures }: OutageBenchmarkOutcome): Promise<void> {
  const rows = outageRows(options.cells, measurements);
  // What was interrupted or failed in part must not pass for the full results.
  const complete = failures.length === 0 && measurements.length === runsOf(options);
  const results = complete ? options.results : "outage-part";
  const directory = join(import.meta.dirname, "..", "results");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, `${results}.json`), outageDocument(rows, options.filler));
  console.log(`\n${outageReport(rows, options.filler)}\n`);
  report(`written: bench/results/${results}.json`);
}

function runsOf(options: OutageOptions): number {
  return plannedRounds(options).flat().length;
}
