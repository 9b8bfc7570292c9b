import { execFile, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryRoot } from "../../../sandbox/sandbox-paths.ts";

const run = promisify(execFile);

export interface EarlierCheckout {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Whether this checkout's history has the commit; one that was made without its history has none. */
export function hasCommit(commit: string): boolean {
  return spawnSync("git", ["cat-file", "-e", `${commit}^{commit}`], { cwd: repositoryRoot }).status === 0;
}

/** The program as it was at a commit, with the packages that are installed here and with its own copy of the workspace's package. */
export async function checkOut(commit: string): Promise<EarlierCheckout> {
  const folder = await mkdtemp(join(tmpdir(), "trident-etcd-earlier-"));
  const archive = join(folder, "archive.tar");
  await run("git", ["archive", "--output", archive, commit], { cwd: repositoryRoot });
  await run("tar", ["--extract", "--file", archive, "--directory", folder]);
  await rm(archive);
  const installed = join(repositoryRoot, "node_modules");
  const packages = join(folder, "node_modules");
  await mkdir(join(packages, "@trident-etcd"), { recursive: true });
  for (const name of (await readdir(installed)).filter((each) => each !== "@trident-etcd")) {
    await symlink(join(installed, name), join(packages, name));
  }
  await symlink(join(folder, "migration"), join(packages, "@trident-etcd", "migration"));
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
