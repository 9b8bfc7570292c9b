/**
 * Runs the suites named on the command line, in their order, and closes with one line that adds up all of them:
 * `N passed, N failed, N skipped`. A suite that cannot run counts as a failure.
 */
import { addTotals, closingLine, noTests, type Totals } from "./suites/totals.ts";
import { runEndToEndTests, runLongEndToEndTests } from "./suites/end-to-end-tests.ts";
import { runOldClusterTests } from "./suites/old-cluster-tests.ts";
import { runStandInTests } from "./suites/stand-in-tests.ts";
import { runStaticChecks } from "./suites/static-checks.ts";
import { runUnitTests } from "./suites/unit-tests.ts";

const suites: Record<string, (files: readonly string[]) => Promise<Totals>> = {
  static: runStaticChecks,
  unit: runUnitTests,
  "stand-in": runStandInTests,
  e2e: runEndToEndTests,
  "e2e-long": runLongEndToEndTests,
  "e2e-old": runOldClusterTests,
};

const names = process.argv.slice(2).filter((argument) => argument in suites);
const files = process.argv.slice(2).filter((argument) => !(argument in suites));
let totals = noTests;
for (const name of names) {
  totals = addTotals(totals, await runSuite(name));
}
console.log(closingLine(totals));
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;

async function runSuite(name: string): Promise<Totals> {
  const started = Date.now();
  console.log(`\n==> suite ${name}`);
  const result = await suites[name]?.(files).catch((error: unknown) => {
    console.error(`suite ${name} could not run:`, error);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`==> suite ${name} took ${seconds} s`);
  return result ?? noTests;
}
