import { globSync } from "node:fs";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { outputOf, succeeds } from "./command.ts";
import { addTotals, noTests, splitClosingLine, type Totals } from "./totals.ts";

/**
 * The tests under test/e2e but for the long ones, on sandboxes of their own beside the one of `make sandbox`, so that nothing
 * that somebody left there is in the way. That these start, and that nothing of them is left once they are stopped, are
 * tests too.
 */
export async function runEndToEndTests(chosen: readonly string[]): Promise<Totals> {
  const all = globSync("test/e2e/**/*.test.ts", { cwd: repositoryRoot }).sort();
  return runOnSandboxes(chosen.length > 0 ? chosen : slowestFirst(all.filter((file) => !isLong(file))));
}

/** Those that take minutes each and that `make test` leaves out, in the same way. */
export async function runLongEndToEndTests(): Promise<Totals> {
  return runOnSandboxes(globSync("test/e2e/**/*.test.ts", { cwd: repositoryRoot }).filter(isLong).sort());
}

const longTests = "test/e2e/long/";

/** Of what these hold, `make test` has the shorter part in unit tests. */
const longBesides = ["way-out", "kubeconfigs", "switched-certificates", "migration/undone-migration"].map(
  (name) => `test/e2e/${name}.test.ts`,
);

function isLong(file: string): boolean {
  return file.startsWith(longTests) || longBesides.includes(file);
}

/** Those of more than two minutes: one that began last would be waited for alone. */
const slow = [
  "world",
  "stack-identity",
  "members",
  "uninstall",
  "rollback",
  "killed-then-destroyed",
  "existing-etcd",
  "other-application",
  "vendors-order",
  "migration",
].map((name) => `test/e2e/${name}.test.ts`);

function slowestFirst(files: readonly string[]): string[] {
  return [...slow.filter((file) => files.includes(file)), ...files.filter((file) => !slow.includes(file))];
}

/** Three on two cores, since a test mostly waits for pods. Each runs one file after the other: a test looks at the whole of its cluster. */
const sandboxInstances = ["1", "2", "3"];

async function runOnSandboxes(files: readonly string[]): Promise<Totals> {
  const needed = sandboxInstances.slice(0, files.length);
  let totals = noTests;
  const started: string[] = [];
  // One after the other: what the machine lacks is installed by the first.
  for (const instance of needed) {
    await runScript(`a sandbox ${instance} of an earlier run is gone`, "sandbox/stop-sandbox.ts", instance);
    const starts = await runScript(`the sandbox ${instance} starts`, "sandbox/start-sandbox.ts", instance);
    totals = addTotals(totals, starts);
    if (starts.failed === 0) started.push(instance);
  }
  const queue = files.values();
  const lanes = started.map((instance) => runFiles(queue, instance));
  totals = (await Promise.all(lanes)).reduce(addTotals, totals);
  for (const instance of needed) {
    const name = `nothing of the stopped sandbox ${instance} is left`;
    totals = addTotals(totals, await runScript(name, "sandbox/stop-sandbox.ts", instance));
  }
  return totals;
}

/** Takes files from the queue until it is empty; each is printed as a whole, when it ends. */
async function runFiles(queue: Iterable<string>, instance: string): Promise<Totals> {
  let totals = noTests;
  for (const file of queue) {
    console.log(`sandbox ${instance}: ${file}`);
    const output = await outputOf(".", "env", instanceVariable(instance), "node", "test/suites/run-test-file.ts", file);
    const { printed, totals: ofFile } = splitClosingLine(output);
    console.log(`\n==> ${file} (sandbox ${instance})\n${printed}`);
    totals = addTotals(totals, ofFile);
  }
  return totals;
}

async function runScript(name: string, script: string, instance: string): Promise<Totals> {
  const ok = await succeeds("env", instanceVariable(instance), "node", script);
  console.log(`${ok ? "✔" : "✖"} ${name}`);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

function instanceVariable(instance: string): string {
  return `TRIDENT_ETCD_SANDBOX_INSTANCE=${instance}`;
}
