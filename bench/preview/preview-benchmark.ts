/**
 * `make bench-preview`: how long `pulumi preview` takes with the plan of few and of many keys and without the plan, and
 * `pulumi up` that changes nothing. Settings come from the environment: QUICK=1, ROUNDS, SEED (see preview-options.ts).
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startProgress } from "../../sandbox/progress.ts";
import { endWith, interruptedBySignals } from "../interrupted-by-signals.ts";
import { previewCells, readPreviewOptions, upCells } from "./preview-options.ts";
import { previewDocument, previewRows } from "./preview-results.ts";
import { previewReport } from "./preview-table.ts";
import { runPreviewBenchmark } from "./run-preview-benchmark.ts";

const report = startProgress();
const interruption = interruptedBySignals((signal) => {
  report(`${signal}: ending after the run that is under way; again ends at once, and make sandbox-down cleans up`);
});
try {
  const options = readPreviewOptions(process.env);
  report(`${options.rounds} rounds, order SEED=${options.seed}`);
  const isInterrupted = () => interruption.aborted;
  const measurements = await runPreviewBenchmark({ report, isInterrupted }, options);
  const cells = [...previewCells(options), ...upCells(options)];
  const rows = previewRows(cells, measurements);
  // What was interrupted must not pass for the full results.
  const results = measurements.length === cells.length * options.rounds ? options.results : "preview-quick";
  const directory = join(import.meta.dirname, "..", "results");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, `${results}.json`), previewDocument(rows));
  console.log(`\n${previewReport(rows, options)}\n`);
  report(`written: bench/results/${results}.json`);
  if (isInterrupted()) process.exitCode = 1;
} catch (error) {
  endWith(error);
}
