import { join } from "node:path";

import { withLock } from "../machine/lock.ts";
import { formatDuration } from "../progress.ts";
import { cacheRoot } from "../sandbox-paths.ts";
import { buildPart } from "./build-part.ts";
import { partsOnMachine } from "./machine-pulumi.ts";
import { toolchainPart, toolchainParts } from "./parts.ts";
import type { PartName, ToolchainPart } from "./parts.ts";
import { isBuilt } from "./toolchain.ts";

/**
 * Builds, one by one, the parts of the toolchain that neither the cache nor the machine has: of those that are named, else of
 * all but those that are built on first use.
 * @throws GoMissingError, PartBuildError
 */
export async function buildToolchain(
  report: (line: string) => void,
  wanted: readonly PartName[] = toolchainParts.filter(({ onFirstUse }) => onFirstUse !== true).map(({ name }) => name),
): Promise<void> {
  if (missingParts(wanted).length === 0) return;
  await withLock(join(cacheRoot, "toolchain.lock"), report, async () => {
    // Asked again: whoever held the lock may have built them.
    const missing = missingParts(wanted);
    for (const [index, part] of missing.entries()) {
      const remaining = missing.slice(index).reduce((sum, { minutes }) => sum + minutes * 60, 0);
      report(
        `building ${part.name}, part ${index + 1} of ${missing.length}: about ${formatDuration(part.minutes * 60)} on two cores` +
          (index + 1 < missing.length ? ` (${formatDuration(remaining)} for all that is left)` : ""),
      );
      const startedAt = Date.now();
      await buildPart(part, report);
      report(`built ${part.name} in ${formatDuration((Date.now() - startedAt) / 1000)}`);
    }
  });
}

function missingParts(wanted: readonly PartName[]): ToolchainPart[] {
  const unbuilt = toolchainParts.filter((part) => wanted.includes(part.name) && !isBuilt(part));
  if (unbuilt.length === 0) return [];
  const onMachine = partsOnMachine();
  return unbuilt.filter((part) => !onMachine.has(part.name));
}

if (import.meta.main) {
  try {
    // Names on the command line choose parts; a wrong one is an error.
    const names = process.argv.slice(2).map((name) => toolchainPart(name).name);
    await buildToolchain(
      (line) => {
        console.log(`==> toolchain: ${line}`);
      },
      names.length > 0 ? names : undefined,
    );
    console.log(`==> toolchain: complete in ${join(cacheRoot, "toolchain")}`);
  } catch (error) {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
    process.exitCode = 1;
  }
}
