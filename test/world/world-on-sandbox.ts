/** Plays the acts of run-world.ts on a sandbox of their own beside the one of `make sandbox`, which is stopped at the end. */
import { spawnSync } from "node:child_process";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";

const environment = { ...process.env, TRIDENT_ETCD_SANDBOX_INSTANCE: process.env.TRIDENT_ETCD_SANDBOX_INSTANCE ?? "5" };

script("sandbox/stop-sandbox.ts");
if (script("sandbox/start-sandbox.ts") !== 0) throw new Error("the sandbox does not start");
process.exitCode = script("test/world/run-world.ts") === 0 ? 0 : 1;
script("sandbox/stop-sandbox.ts");

function script(file: string): number {
  const isQuiet = file.startsWith("sandbox/");
  const stdio = isQuiet ? "ignore" : "inherit";
  return spawnSync(process.execPath, [file], { cwd: repositoryRoot, env: environment, stdio }).status ?? 1;
}
