import { globSync } from "node:fs";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { onSandboxes, runFiles } from "./on-sandbox.ts";
import { addTotals, noTests, type Totals } from "./totals.ts";

/**
 * The tests under test/e2e but for the long ones, on sandboxes of their own beside the one of `make sandbox`, so that nothing
 * that somebody left there is in the way.
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
const longBesides = [
  "way-out",
  "kubeconfigs",
  "switched-certificates",
  "migration/undone-migration",
  "behind-a-proxy",
  "placed-pods",
  "namespaces-that-say-no",
  "images",
  "vendors-order",
  "killed-then-destroyed",
].map((name) => `test/e2e/${name}.test.ts`);

function isLong(file: string): boolean {
  return file.startsWith(longTests) || longBesides.includes(file);
}

/** Those of more than two minutes: one that began last would be waited for alone. */
const slow = [
  "world",
  "stack-identity",
  "members",
  "uninstall",
  "installer-rights",
  "rollback",
  "existing-etcd",
  "moved-trident",
  "other-application",
  "migration",
].map((name) => `test/e2e/${name}.test.ts`);

function slowestFirst(files: readonly string[]): string[] {
  return [...slow.filter((file) => files.includes(file)), ...files.filter((file) => !slow.includes(file))];
}

/** Three on two cores, since a test mostly waits for pods. Each runs one file after the other: a test looks at the whole of its cluster. */
const sandboxes = ["1", "2", "3"].map((instance) => ({ instance }));

async function runOnSandboxes(files: readonly string[]): Promise<Totals> {
  const queue = files.values();
  return onSandboxes(sandboxes.slice(0, files.length), async (started) => {
    const lanes = started.map((sandbox) => runFiles(queue, sandbox));
    return (await Promise.all(lanes)).reduce(addTotals, noTests);
  });
}
