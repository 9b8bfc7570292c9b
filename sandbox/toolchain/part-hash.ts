import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { goBuildEnvironment, goVersion } from "./parts.ts";
import type { ToolchainPart } from "./parts.ts";

/** Twelve hexadecimal digits that change with everything that goes into the part's binaries. */
export function partHash(part: ToolchainPart): string {
  const hash = createHash("sha256");
  const { binaries, linkerFlags, embedded } = part;
  hash.update(JSON.stringify([goVersion, goBuildEnvironment, binaries, linkerFlags, embedded ?? null]));
  for (const file of sourceFiles(part.folder)) {
    const content = readFileSync(join(part.folder, file));
    // Lengths keep the end of one file apart from the beginning of the next.
    hash.update(`\n${file} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

/** The files that can change what is built, as paths inside the folder, sorted. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith("_test.go") && !entry.name.endsWith(".md"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
