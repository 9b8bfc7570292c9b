/**
 * `make bench`: how long the copy takes, ours and others', on this machine. Settings come from the environment:
 * QUICK=1, ROUNDS, CASES, RTTS, TOOLS, SEED, SLOW_SECONDS, CELL_SECONDS, MINUTES (see benchmark-options.ts).
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startProgress } from "../sandbox/progress.ts";
import { createAuthority } from "../test/certificate-authority.ts";
import { issueServerCertificate } from "../test/etcd-process.ts";
import { requireRealDisk } from "./bench-etcd.ts";
import { readOptions, type BenchmarkOptions } from "./benchmark-options.ts";
import { buildPeers } from "./build-peers.ts";
import { endWith, interruptedBySignals } from "./interrupted-by-signals.ts";
import { plotResults } from "./plot.ts";
import { resultRows, resultsDocument, type ResultRow } from "./results.ts";
import { runBenchmark, type BenchmarkOutcome } from "./run-benchmark.ts";
import { Sources } from "./sources.ts";
import { resultsTable, startNote, targetsTable } from "./table.ts";
import { judgeTargets } from "./targets.ts";

const report = startProgress();
const interruption = interruptedBySignals((signal) => {
  report(`${signal}: ending the run that is under way`);
});
try {
  const options = readOptions(process.env);
  const outcome = await benchmark(options);
  if (outcome.measurements.length > 0) await publish(options, outcome);
  for (const failure of outcome.failures) console.error(`FAILED: ${failure}`);
  if (outcome.failures.length > 0 || interruption.aborted) process.exitCode = 1;
} catch (error) {
  endWith(error);
}

async function benchmark(options: BenchmarkOptions): Promise<BenchmarkOutcome> {
  await requireRealDisk();
  const peers = await buildPeers(report);
  const authority = await createAuthority("copy-benchmark-ca");
  const server = await issueServerCertificate(authority);
  const client = await authority.issue({ commonName: "copy-benchmark", usages: ["clientAuth"] });
  const credentials = { authority, server, client };
  const sources = new Sources(peers, credentials, report);
  report(`${options.cells.length} figures, ${options.rounds} rounds, order of SEED=${options.seed}`);
  try {
    return await runBenchmark({ peers, credentials, signal: interruption }, sources, options, report);
  } finally {
    await sources.stop();
    await authority.remove();
  }
}

async function publish(options: BenchmarkOptions, { measurements }: BenchmarkOutcome): Promise<void> {
  const rows: readonly ResultRow[] = resultRows(options.cells, measurements);
  // What was interrupted or failed in part must not pass for the full results.
  const results = rows.length < options.cells.length ? "copy-part" : options.results;
  const directory = join(import.meta.dirname, "results");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, `${results}.json`), resultsDocument(rows));
  await writeFile(join(directory, `${results}.svg`), plotResults(rows));
  console.log(`\n${resultsTable(rows)}\n${startNote(measurements) ?? ""}\n\n${targetsTable(judgeTargets(rows))}\n`);
  report(`written: bench/results/${results}.json and bench/results/${results}.svg`);
}
