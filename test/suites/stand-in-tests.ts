import { ensureMachinePackages } from "../../sandbox/machine/machine-packages.ts";
import { outputOf } from "./command.ts";
import type { Totals } from "./totals.ts";

/** The Go tests of the stand-in for Trident's image. */
export async function runStandInTests(): Promise<Totals> {
  await ensureMachinePackages(console.log, ["etcd-server"]);
  const events = parseEvents(await outputOf("sandbox/trident-stand-in", "go", "test", "-json", "./..."));
  for (const event of events) {
    if (event.Action === "output" || event.Action === "build-output") {
      process.stdout.write(event.Output ?? "");
    }
  }
  const count = (action: string): number => events.filter((event) => event.Action === action && event.Test).length;
  // A package that does not build reports no test, only its own failure.
  const brokenPackages = events.filter((event) => event.Action === "fail" && !event.Test).length;
  const failed = count("fail");
  return { passed: count("pass"), failed: failed > 0 ? failed : brokenPackages, skipped: count("skip") };
}

interface GoTestEvent {
  readonly Action: string;
  readonly Test?: string;
  readonly Output?: string;
}

function parseEvents(output: string): GoTestEvent[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as GoTestEvent);
}
