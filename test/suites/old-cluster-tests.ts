import { onSandboxes, runFiles, type TestSandbox } from "./on-sandbox.ts";
import { addTotals, noTests, type Totals } from "./totals.ts";

/** What is done on a cluster, from the first look at it to the last: the rest is the same whatever the cluster. */
const files = ["fresh-install", "migration", "rollback", "uninstall", "least-privilege"].map(
  (name) => `test/e2e/${name}.test.ts`,
);

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
  return onSandboxes(sandboxes, async (started) => {
    const lanes = started.map((sandbox) => runFiles(chosen.length > 0 ? chosen : files, sandbox));
    return (await Promise.all(lanes)).reduce(addTotals, noTests);
  });
}
