import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { cacheRoot } from "../sandbox-paths.ts";
import { sourceFiles } from "./part-hash.ts";
import { goBuildEnvironment, goVersion } from "./parts.ts";

/** Go programs that a benchmark or a test works with could not be built. */
export class GoBuildError extends Error {
  override readonly name = "GoBuildError";
  constructor(sources: string, said: string, cause: unknown) {
    super(`building ${sources} failed (it needs Go 1.21 or newer, which fetches ${goVersion} by itself): ${said}`, {
      cause,
    });
  }
}

export interface GoPrograms {
  /** What the cache calls them. */
  readonly name: string;
  /** The directory of their module. */
  readonly sources: string;
  /** As `go build` takes them. */
  readonly packages: readonly string[];
}

/**
 * Builds them unless the cache has them, and answers the directory that holds them.
 *
 * @throws GoBuildError
 */
export async function buildGoPrograms(
  { name, sources, packages }: GoPrograms,
  report: (line: string) => void,
): Promise<string> {
  const target = join(cacheRoot, "toolchain", `${name}-${hashOf(sources, packages)}`);
  if (existsSync(target)) return target;
  report(`building the Go programs of ${name} (a minute or two, once)`);
  const work = `${target}.building-${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    await promisify(execFile)("go", ["build", "-ldflags", "-s -w", "-o", work, ...packages], {
      cwd: sources,
      env: { ...process.env, ...goBuildEnvironment, GOTOOLCHAIN: goVersion },
    });
    renameSync(work, target);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    // Another run may have been quicker with the same sources.
    if (!existsSync(target)) {
      throw new GoBuildError(sources, error instanceof Error ? error.message : String(error), error);
    }
  }
  return target;
}

/** Twelve hexadecimal digits that change with everything that goes into the programs. */
function hashOf(sources: string, packages: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify([goVersion, goBuildEnvironment, packages]));
  for (const file of sourceFiles(sources)) {
    const content = readFileSync(join(sources, file));
    hash.update(`\n${file} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}
