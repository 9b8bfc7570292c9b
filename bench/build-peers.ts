import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { cacheRoot } from "../sandbox/sandbox-paths.ts";
import { sourceFiles } from "../sandbox/toolchain/part-hash.ts";
import { goBuildEnvironment, goVersion } from "../sandbox/toolchain/parts.ts";

/** The programs of bench/peers. */
export type PeerProgram = "vendor-copy" | "go-concurrent" | "compare" | "fill" | "delay-proxy";

/** The Go programs that the benchmark compares with or works with could not be built. */
export class PeerBuildError extends Error {
  override readonly name = "PeerBuildError";
  constructor(said: string, cause: unknown) {
    super(`building bench/peers failed (it needs Go 1.21 or newer, which fetches ${goVersion} by itself): ${said}`, {
      cause,
    });
  }
}

const sources = join(import.meta.dirname, "peers");

/**
 * Builds the Go programs unless the cache has them, and answers the directory that holds them.
 *
 * @throws PeerBuildError
 */
export async function buildPeers(report: (line: string) => void): Promise<string> {
  const target = join(cacheRoot, "toolchain", `copy-peers-${sourcesHash()}`);
  if (existsSync(target)) return target;
  report("building the Go programs of bench/peers (half a minute, once)");
  const work = `${target}.building-${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    await promisify(execFile)("go", ["build", "-ldflags", "-s -w", "-o", work, "./cmd/..."], {
      cwd: sources,
      env: { ...process.env, ...goBuildEnvironment, GOTOOLCHAIN: goVersion },
    });
    renameSync(work, target);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    // Another run may have been quicker with the same sources.
    if (!existsSync(target)) throw new PeerBuildError(error instanceof Error ? error.message : String(error), error);
  }
  return target;
}

/** Twelve hexadecimal digits that change with everything that goes into the programs. */
function sourcesHash(): string {
  const hash = createHash("sha256").update(JSON.stringify([goVersion, goBuildEnvironment]));
  for (const file of sourceFiles(sources)) {
    const content = readFileSync(join(sources, file));
    hash.update(`\n${file} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}
