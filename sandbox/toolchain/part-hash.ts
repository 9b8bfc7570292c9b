import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { goBuildEnvironment, goVersion } from "./parts.ts";
import type { ToolchainPart } from "./parts.ts";

/** Twelve hexadecimal digits that change with everything that goes into the part's binaries. */
export function partHash(part: ToolchainPart): string {
  const hash = createHash("sha256");
  const { binaries, linkerFlags, embedded, buildTags } = part;
  const built = [goVersion, goBuildEnvironment, binaries, linkerFlags, embedded ?? null];
  hash.update(JSON.stringify(buildTags === undefined ? built : [...built, buildTags]));
  for (const [file, path] of partFiles(part)) {
    const content = readFileSync(path);
    // Lengths keep the end of one file apart from the beginning of the next.
    hash.update(`\n${file} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

/** What is built: the file's path in the module -> where it is. Those of the part's folder, sorted, then the shared ones. */
export function partFiles({ folder, sharedFiles = [] }: ToolchainPart): Map<string, string> {
  return new Map([
    ...sourceFiles(folder).map((file): [string, string] => [file, join(folder, file)]),
    ...sharedFiles.map((path): [string, string] => [basename(path), path]),
  ]);
}

/** The files that can change what is built, as paths inside the folder, sorted. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith("_test.go") && !entry.name.endsWith(".md"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
