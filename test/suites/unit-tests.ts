import { globSync } from "node:fs";
import path from "node:path";
import { ensureMachinePackages } from "../../sandbox/machine/machine-packages.ts";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { runNodeTests } from "./node-tests.ts";
import type { Totals } from "./totals.ts";

/** Every test file outside test/e2e: no cluster is needed, real etcd processes are. */
export async function runUnitTests(): Promise<Totals> {
  await ensureMachinePackages(console.log, ["etcd-server", "etcd-client", "openssl"]);
  const files = globSync("test/**/*.test.ts", { cwd: repositoryRoot, exclude: ["test/e2e/**"] }).sort();
  return runNodeTests(
    files.map((file) => path.join(repositoryRoot, file)),
    { concurrency: 2, timeoutMinutes: 5 },
  );
}
