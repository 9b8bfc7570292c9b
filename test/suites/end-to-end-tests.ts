import { globSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { succeeds } from "./command.ts";
import { runNodeTests } from "./node-tests.ts";
import { addTotals, type Totals } from "./totals.ts";

/**
 * The tests under test/e2e but for the long ones, one file after the other, on a sandbox of their own beside the one of `make sandbox`, so that
 * nothing that somebody left there is in the way. That it starts, and that nothing of it is left once it is stopped, are
 * tests too.
 */
export async function runEndToEndTests(chosen: readonly string[]): Promise<Totals> {
  const all = globSync("test/e2e/**/*.test.ts", { cwd: repositoryRoot }).sort();
  return runOnSandbox(chosen.length > 0 ? chosen : all.filter((file) => !file.startsWith(longTests)));
}

/** Those that take minutes each and that `make test` leaves out, in the same way. */
export async function runLongEndToEndTests(): Promise<Totals> {
  return runOnSandbox(globSync(`${longTests}*.test.ts`, { cwd: repositoryRoot }).sort());
}

const longTests = "test/e2e/long/";

async function runOnSandbox(files: readonly string[]): Promise<Totals> {
  process.env.TRIDENT_ETCD_SANDBOX_INSTANCE = "1";
  await runScript("a sandbox of an earlier run is gone", "sandbox/stop-sandbox.ts");
  let totals = await runScript("the sandbox starts", "sandbox/start-sandbox.ts");
  if (totals.passed > 0) {
    const absolute = files.map((file) => path.resolve(repositoryRoot, file));
    totals = addTotals(totals, await runNodeTests(absolute, { concurrency: 1, timeoutMinutes: 15 }));
  }
  return addTotals(totals, await runScript("nothing of the stopped sandbox is left", "sandbox/stop-sandbox.ts"));
}

async function runScript(name: string, script: string): Promise<Totals> {
  const ok = await succeeds("node", script);
  console.log(`${ok ? "✔" : "✖"} ${name}`);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}
