import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { buildPackages, packPackages } from "../../package/build-packages.ts";
import { repositoryRoot } from "../../sandbox/sandbox-paths.ts";

const run = promisify(execFile);

/** A project of somebody else's, outside of the checkout, with the packed packages in it. */
export interface ScratchProject {
  readonly folder: string;
  /** Runs a program in it with the checkout's Node; never throws. */
  node(...words: readonly string[]): Promise<{ readonly succeeded: boolean; readonly printed: string }>;
  remove(): Promise<void>;
}

/** Packs both packages as for npm, and installs an example with them and what they declare, and nothing else. */
export async function installExample(name: string): Promise<ScratchProject> {
  const temporary = await mkdtemp(path.join(tmpdir(), "trident-etcd-scratch-"));
  const folder = path.join(temporary, name);
  const tarballs = await packPackages(await buildPackages(path.join(temporary, "build")), temporary);
  await cp(path.join(repositoryRoot, "examples", name), folder, { recursive: true });
  await useTarballs(path.join(folder, "package.json"), {
    "trident-etcd": `file:${tarballs.library}`,
    // Not published yet: npm finds here what the library depends on.
    "@trident-etcd/migration": `file:${tarballs.migration}`,
  });
  const words = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
  await run("npm", words, { cwd: folder, maxBuffer: 2 ** 26 });
  return {
    folder,
    node: (...program) =>
      run(process.execPath, program, { cwd: folder, maxBuffer: 2 ** 26 }).then(
        ({ stdout, stderr }) => ({ succeeded: true, printed: stdout + stderr }),
        (error: unknown) => {
          const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
          return { succeeded: false, printed: stdout + stderr };
        },
      ),
    remove: () => rm(temporary, { recursive: true }),
  };
}

async function useTarballs(file: string, tarballs: Record<string, string>): Promise<void> {
  const manifest = JSON.parse(await readFile(file, "utf8")) as { dependencies: Record<string, string> };
  const dependencies = { ...manifest.dependencies, ...tarballs };
  await writeFile(file, JSON.stringify({ ...manifest, dependencies }));
}
