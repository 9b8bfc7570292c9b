/** Plays the acts of run-world.ts on a sandbox of their own beside the one of `make sandbox`, which is stopped at the end. */
import { spawnSync } from "node:child_process";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";

const environment = { ...process.env, TRIDENT_ETCD_SANDBOX_INSTANCE: process.env.TRIDENT_ETCD_SANDBOX_INSTANCE ?? "5" };

quietly("sandbox/stop-sandbox.ts");
quietly("sandbox/start-sandbox.ts");
const { status } = spawnSync(process.execPath, ["test/world/run-world.ts"], {
  cwd: repositoryRoot,
  env: environment,
  stdio: "inherit",
});
quietly("sandbox/stop-sandbox.ts");
process.exitCode = status === 0 ? 0 : 1;

/** Raises an Error with all that it printed when it fails. */
function quietly(script: string): void {
  const options = { cwd: repositoryRoot, env: environment, encoding: "utf8" } as const;
  const { status: code, stdout, stderr } = spawnSync(process.execPath, [script], options);
  if (code !== 0) throw new Error(`${script} failed:\n${stdout}${stderr}`);
}
