import { outputOf, succeeds } from "./command.ts";
import { addTotals, noTests, splitClosingLine, type Totals } from "./totals.ts";

/** One of the sandboxes that tests run on; each has an instance of its own. */
export interface TestSandbox {
  readonly instance: string;
  /** Of its Kubernetes, as in `make sandbox KUBERNETES=...`; the newest unless told otherwise. */
  readonly kubernetes?: string;
}

/**
 * Starts each sandbox anew, has the tests run on those that started and stops all again. That a sandbox starts, and that nothing
 * of it is left once it is stopped, are tests too.
 */
export async function onSandboxes(
  sandboxes: readonly TestSandbox[],
  runTests: (started: readonly TestSandbox[]) => Promise<Totals>,
): Promise<Totals> {
  let totals = noTests;
  const started: TestSandbox[] = [];
  // One after the other: what the machine lacks is installed by the first.
  for (const sandbox of sandboxes) {
    const { instance, kubernetes = "" } = sandbox;
    await runScript(`a sandbox ${instance} of an earlier run is gone`, instance, "sandbox/stop-sandbox.ts");
    const name =
      kubernetes === ""
        ? `the sandbox ${instance} starts`
        : `the sandbox ${instance}, Kubernetes ${kubernetes}, starts`;
    const starts = await runScript(name, instance, "sandbox/start-sandbox.ts", kubernetes);
    totals = addTotals(totals, starts);
    if (starts.failed === 0) started.push(sandbox);
  }
  totals = addTotals(totals, await runTests(started));
  for (const { instance } of sandboxes) {
    const name = `nothing of the stopped sandbox ${instance} is left`;
    totals = addTotals(totals, await runScript(name, instance, "sandbox/stop-sandbox.ts"));
  }
  return totals;
}

/** Takes files from the queue until it is empty; each is printed as a whole, when it ends. */
export async function runFiles(queue: Iterable<string>, { instance, kubernetes }: TestSandbox): Promise<Totals> {
  const where = `sandbox ${instance}${kubernetes === undefined ? "" : `, Kubernetes ${kubernetes}`}`;
  let totals = noTests;
  for (const file of queue) {
    console.log(`${where}: ${file}`);
    const output = await outputOf(".", "env", instanceVariable(instance), "node", "test/suites/run-test-file.ts", file);
    const { printed, totals: ofFile } = splitClosingLine(output);
    console.log(`\n==> ${file} (${where})\n${printed}`);
    totals = addTotals(totals, ofFile);
  }
  return totals;
}

async function runScript(name: string, instance: string, ...script: string[]): Promise<Totals> {
  const ok = await succeeds("env", instanceVariable(instance), "node", ...script);
  console.log(`${ok ? "✔" : "✖"} ${name}`);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

function instanceVariable(instance: string): string {
  return `TRIDENT_ETCD_SANDBOX_INSTANCE=${instance}`;
}
