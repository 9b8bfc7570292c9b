import { run } from "node:test";
import { spec } from "node:test/reporters";
import { finished } from "node:stream/promises";
import type { Totals } from "./totals.ts";

export interface NodeTestOptions {
  /** How many files run at once, each in a process of its own. */
  readonly concurrency: number;
  /** How long one test may take before it counts as failed, in minutes: a hang must not become a hung CI. */
  readonly timeoutMinutes: number;
}

/** Runs test files with Node's own runner, prints them as they end, and counts them. */
export async function runNodeTests(files: readonly string[], options: NodeTestOptions): Promise<Totals> {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  const events = run({
    files: [...files],
    concurrency: options.concurrency,
    timeout: options.timeoutMinutes * 60_000,
    // What a failed test left open must not keep its process, and with it the whole run, from ending.
    execArgv: ["--test-force-exit"],
  });
  events.on("test:pass", (event) => {
    if (event.details.type === "suite") return;
    if (event.skip !== undefined && event.skip !== false) skipped += 1;
    else passed += 1;
  });
  events.on("test:fail", (event) => {
    if (event.details.type !== "suite") failed += 1;
  });
  const printed = events.compose(spec);
  printed.pipe(process.stdout, { end: false });
  await finished(printed, { writable: false });
  return { passed, failed, skipped };
}
