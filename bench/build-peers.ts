import { join } from "node:path";

import { buildGoPrograms } from "../sandbox/toolchain/build-go-programs.ts";

/**
 * Builds the Go programs that the benchmarks compare with or work with, unless the cache has them, and answers their directory.
 *
 * @throws GoBuildError
 */
export function buildPeers(report: (line: string) => void): Promise<string> {
  const sources = join(import.meta.dirname, "peers");
  return buildGoPrograms({ name: "copy-peers", sources, packages: ["./cmd/..."] }, report);
}
