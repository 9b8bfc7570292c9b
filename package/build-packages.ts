/**
 * Makes build/trident-etcd and build/migration: the packages as they are published. With --pack, a tarball of each beside
 * them, too.
 */
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { libraryManifest, migrationManifest, type Manifest, type PublishedManifest } from "./package-manifest.ts";

const run = promisify(execFile);
const checkout = path.join(import.meta.dirname, "..");
const typescript = path.join(checkout, "node_modules/typescript/bin/tsc");

/** The folders of the two packages, ready to be packed. */
export interface BuiltPackages {
  readonly library: string;
  readonly migration: string;
}

/** @throws Error with what the compiler prints. */
export async function buildPackages(build: string): Promise<BuiltPackages> {
  const packages = { library: path.join(build, "trident-etcd"), migration: path.join(build, "migration") };
  await rm(packages.library, { recursive: true, force: true });
  await rm(packages.migration, { recursive: true, force: true });
  await compile(packages.library);
  // One compilation, since the library's types are made of the other's.
  await rename(path.join(packages.library, "migration"), packages.migration);
  await complete(packages.library, libraryManifest(await readManifest("package.json")), "docs/other-applications.md");
  await complete(
    packages.migration,
    migrationManifest(await readManifest("migration/package.json")),
    "migration/README.md",
  );
  return packages;
}

/** @returns the tarballs' paths. */
export async function packPackages(packages: BuiltPackages, folder: string): Promise<BuiltPackages> {
  await mkdir(folder, { recursive: true });
  return { library: await pack(packages.library, folder), migration: await pack(packages.migration, folder) };
}

async function compile(outDir: string): Promise<void> {
  const words = [typescript, "--project", path.join(checkout, "tsconfig.build.json"), "--outDir", outDir];
  await run(process.execPath, words, { cwd: checkout }).catch((error: unknown) => {
    const { stdout, message } = error as Error & { stdout?: string };
    throw new Error(`tsc could not compile the packages:\n${stdout ?? message}`, { cause: error });
  });
}

async function complete(folder: string, manifest: PublishedManifest, readme: string): Promise<void> {
  await writeFile(path.join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await copyFile(path.join(checkout, readme), path.join(folder, "README.md"));
  await copyFile(path.join(checkout, "LICENSE"), path.join(folder, "LICENSE"));
}

async function readManifest(name: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(checkout, name), "utf8")) as Manifest;
}

async function pack(folder: string, destination: string): Promise<string> {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", destination], { cwd: folder });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  if (packed === undefined) throw new Error(`npm pack made nothing of ${folder}`);
  return path.join(destination, packed.filename);
}

if (import.meta.main) {
  const build = path.join(checkout, "build");
  const packages = await buildPackages(build);
  console.log(`built ${packages.library} and ${packages.migration}`);
  if (process.argv.includes("--pack")) {
    const tarballs = await packPackages(packages, build);
    console.log(`packed ${tarballs.library} and ${tarballs.migration}`);
  }
}
