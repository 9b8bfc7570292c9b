import { existsSync } from "node:fs";
import { join } from "node:path";

import { cacheRoot } from "../sandbox-paths.ts";
import { partHash } from "./part-hash.ts";
import { toolchainPart, toolchainParts } from "./parts.ts";
import type { PartName, ToolchainPart } from "./parts.ts";

/** A part of the toolchain is needed that nobody has built. */
export class ToolchainMissingError extends Error {
  override readonly name = "ToolchainMissingError";
  constructor(part: string) {
    super(`The toolchain lacks its part ${part}: run \`make toolchain\`, which builds it once.`);
  }
}

/** Where the part's binaries are, or will be once it is built. The name changes with whatever changes the binaries. */
export function partDirectory(part: ToolchainPart): string {
  return join(cacheRoot, "toolchain", `${part.name}-${partHash(part)}`);
}

/** A part is put in place whole, so its directory is there only when the part is. */
export function isBuilt(part: ToolchainPart): boolean {
  return existsSync(partDirectory(part));
}

/**
 * Path of a built binary, such as `kube`, `etcd-operator`, `tridentctl`.
 * @throws ToolchainMissingError when its part has not been built
 */
export function toolchainBinary(binary: string): string {
  const part: ToolchainPart | undefined = toolchainParts.find((candidate) => binary in candidate.binaries);
  if (part === undefined) throw new TypeError(`no part of the toolchain yields a binary called ${binary}`);
  if (!isBuilt(part)) throw new ToolchainMissingError(part.name);
  return join(partDirectory(part), binary);
}

/** @throws ToolchainMissingError when the part has not been built */
export function builtPartDirectory(name: PartName): string {
  const part = toolchainPart(name);
  if (!isBuilt(part)) throw new ToolchainMissingError(name);
  return partDirectory(part);
}
