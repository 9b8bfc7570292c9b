import { onSandboxes, runFiles, type TestSandbox } from "./on-sandbox.ts";
import { addTotals, noTests, type Totals } from "./totals.ts";

/**
 * What is done on a cluster, from the first look at it to the last, and with whose rights: the rest is the same whatever the cluster.
 * The first half takes about as long as the second: each is done by one sandbox while the other has the other.
 */
const files = [
  ...["fresh-install", "least-privilege", "migration", "rollback"],
  ...["installer-rights", "uninstall", "etcd-alone", "created-namespace"],
].map((name) => `test/e2e/${name}.test.ts`);

/**
 * Of the clusters that Trident 19.04 was made for: the newest that it is qualified for, without server-side apply and most of what
 * came to stay, and one with the first form of each. Beside those of the other end-to-end tests.
 */
const sandboxes: readonly TestSandbox[] = [
  { instance: "4", kubernetes: "1.14" },
  { instance: "5", kubernetes: "1.16" },
];

/** Those end-to-end tests on old clusters, or others that are chosen: every file on each. */
export async function runOldClusterTests(chosen: readonly string[]): Promise<Totals> {
  const all = chosen.length > 0 ? chosen : files;
  const latest = new Map<string, Promise<Totals>>();
  // A test's stack has one file of settings in this checkout: no test runs on two clusters at once.
  const runAlone = (file: string, sandbox: TestSandbox): Promise<Totals> => {
    const run = (latest.get(file) ?? Promise.resolve()).then(() => runFiles([file], sandbox));
    latest.set(file, run);
    return run;
  };
  const runLane = async (sandbox: TestSandbox, index: number): Promise<Totals> => {
    let totals = noTests;
    for (const file of index % 2 === 0 ? all : all.toReversed()) {
      totals = addTotals(totals, await runAlone(file, sandbox));
    }
    return totals;
  };
  return onSandboxes(sandboxes, async (started) =>
    (await Promise.all(started.map(runLane))).reduce(addTotals, noTests),
  );
}
