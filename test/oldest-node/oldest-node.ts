import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { withLock } from "../../sandbox/machine/lock.ts";
import { cacheRoot, repositoryRoot } from "../../sandbox/sandbox-paths.ts";

const run = promisify(execFile);

/** The oldest version that a package's `engines` allows, such as 22.19.0. */
export function oldestNodeOf(manifest: string): string {
  const { engines } = JSON.parse(readFileSync(path.join(repositoryRoot, manifest), "utf8")) as {
    readonly engines?: { readonly node?: string };
  };
  const version = /^>=(\d+\.\d+\.\d+)$/.exec(engines?.node ?? "")?.[1];
  if (version === undefined) throw new Error(`${manifest} does not name its oldest Node as ">=MAJOR.MINOR.PATCH"`);
  return version;
}

/**
 * The program of the oldest Node that this project allows. It comes from npm, like the newer one that the project uses, and is kept
 * in the cache: as a dependency, everybody who installs the project would load a second Node.
 */
export async function installOldestNode(report: (line: string) => void): Promise<string> {
  const version = oldestNodeOf("package.json");
  const folder = path.join(cacheRoot, "oldest-node", version);
  const program = path.join(folder, "node_modules", "node", "bin", "node");
  await withLock(`${folder}.lock`, report, async () => {
    if (existsSync(program)) return;
    report(`installing Node ${version} into ${folder}`);
    const work = `${folder}.installing`;
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    const words = ["install", "--prefix", work, "--no-save", "--no-package-lock", "--no-audit", "--no-fund"];
    await run("npm", [...words, `node@${version}`], { cwd: work });
    if (!existsSync(path.join(work, "node_modules", "node", "bin", "node"))) {
      throw new Error(
        `npm installed the package node@${version} without running its install script: see \`npm config\``,
      );
    }
    renameSync(work, folder);
  });
  return program;
}
