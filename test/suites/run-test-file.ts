/** Runs the test file that is named on the command line, and closes with one line: `N passed, N failed, N skipped`. */
import path from "node:path";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { runNodeTests } from "./node-tests.ts";
import { closingLine } from "./totals.ts";

const files = process.argv.slice(2).map((file) => path.resolve(repositoryRoot, file));
const totals = await runNodeTests(files, { concurrency: 1, timeoutMinutes: 15 });
console.log(closingLine(totals));
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
