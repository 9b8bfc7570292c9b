import { setTimeout as sleep } from "node:timers/promises";
import { processesBelow, signalAll } from "../e2e/process-tree.ts";
import type { World } from "./world.ts";

const up = ["up", "--yes", "--skip-preview"];

/** As the terminal does on ^C; killed if it does not end by that. */
export async function interruptedUp(world: World, seconds: number): Promise<void> {
  const { child, ended } = await world.start(up);
  await Promise.race([sleep(seconds * 1000), ended]);
  const { pid } = child;
  // All of its process group; it may have ended meanwhile.
  if (pid !== undefined) signalAll([-pid], "SIGINT");
  const late = setTimeout(() => {
    void processesBelow(pid).then((all) => {
      signalAll(all, "SIGKILL");
    });
  }, 120_000);
  await ended;
  clearTimeout(late);
  await world.pulumi(["cancel", "--yes"]);
}

/** As a laptop does in its bag, with all that runs on it: for longer than the 60 s that a Lease lives. */
export async function upWithSleep(world: World, moment: Promise<unknown>): Promise<void> {
  const { child, ended } = await world.start(up);
  await Promise.race([moment, ended]);
  moment.catch(() => undefined);
  const all = child.exitCode === null ? await processesBelow(child.pid) : [];
  signalAll(all, "SIGSTOP");
  if (all.length > 0) await sleep(65_000);
  signalAll(all, "SIGCONT");
  await ended;
  await world.pulumi(["cancel", "--yes"]);
}
