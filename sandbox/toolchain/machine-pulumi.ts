import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { cacheRoot } from "../sandbox-paths.ts";
import { pluginVersions, pulumiVersion } from "./parts.ts";
import type { PartName } from "./parts.ts";

export type PluginName = keyof typeof pluginVersions;

/** The directory of a `pulumi` of the right version on the PATH, with its language hosts beside it. */
export function findMachinePulumi(): string | undefined {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    const program = join(directory, "pulumi");
    // The toolchain's own is on the PATH when a command started by it comes back here.
    if (directory === "" || program.startsWith(cacheRoot) || !existsSync(program)) continue;
    return isRightVersion(program) ? dirname(realpathSync(program)) : undefined;
  }
  return undefined;
}

/** The directory of a plugin of the right version that the machine's own Pulumi has installed. */
export function findMachinePlugin(name: PluginName): string | undefined {
  const directory = join(homedir(), ".pulumi", "plugins", `resource-${name}-${pluginVersions[name]}`);
  return existsSync(join(directory, `pulumi-resource-${name}`)) ? directory : undefined;
}

/** The parts that need not be built because the machine has them, with what is used instead. */
export function partsOnMachine(): Map<PartName, string> {
  const found = new Map<PartName, string>();
  const pulumi = findMachinePulumi();
  if (pulumi !== undefined) found.set("pulumi", pulumi).set("language-nodejs", pulumi);
  for (const name of ["kubernetes", "tls"] as const) {
    const plugin = findMachinePlugin(name);
    if (plugin !== undefined) found.set(`provider-${name}`, plugin);
  }
  return found;
}

function isRightVersion(program: string): boolean {
  try {
    const environment = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const answer = execFileSync(program, ["version"], { env: environment, stdio: ["ignore", "pipe", "ignore"] });
    return answer.toString().trim() === pulumiVersion && existsSync(join(dirname(program), "pulumi-language-nodejs"));
  } catch {
    return false;
  }
}
