import { copyFileSync, existsSync, linkSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";

import { withLock } from "../machine/lock.ts";
import { cacheRoot, repositoryRoot } from "../sandbox-paths.ts";
import { findMachinePlugin, findMachinePulumi } from "./machine-pulumi.ts";
import type { PluginName } from "./machine-pulumi.ts";
import { pluginVersions } from "./parts.ts";
import { builtPartDirectory } from "./toolchain.ts";

const home = join(cacheRoot, "pulumi-home");

/**
 * What to add to the environment so that `pulumi` is the toolchain's, with its plugins installed and the Node that runs this, and so that
 * it never looks for anything on the network: PATH, PULUMI_HOME and a few switches, to be laid over
 * `process.env`.
 * @throws ToolchainMissingError when a part has not been built
 */
export async function pulumiEnvironment(): Promise<Record<string, string>> {
  const programs = await withLock(
    join(cacheRoot, "pulumi-home.lock"),
    () => undefined,
    async () => {
      installPlugin("kubernetes");
      installPlugin("tls");
      return Promise.resolve(findMachinePulumi() ?? installPrograms());
    },
  );
  const packages = join(repositoryRoot, "node_modules", ".bin");
  return {
    PATH: [programs, dirname(process.execPath), packages, process.env.PATH ?? ""].join(delimiter),
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
    // Pulumi's own use of node:sqlite would be announced in every output.
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --disable-warning=ExperimentalWarning`.trim(),
  };
}

/**
 * Puts `pulumi` and what it runs for Node programs into one directory, as a release does: it looks for them beside
 * itself, following links, and warns of what it only finds on the PATH.
 */
function installPrograms(): string {
  const sources = [
    join(builtPartDirectory("pulumi"), "pulumi"),
    join(builtPartDirectory("language-nodejs"), "pulumi-language-nodejs"),
    join(repositoryRoot, "node_modules", "@pulumi", "pulumi", "pulumi-resource-pulumi-nodejs"),
  ];
  const versions = ["pulumi", "language-nodejs"] as const;
  const target = join(home, ["programs", ...versions.map((part) => hashOf(builtPartDirectory(part)))].join("-"));
  if (existsSync(target)) return target;
  const work = `${target}.installing`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  for (const source of sources) placeFile(source, join(work, basename(source)));
  renameSync(work, target);
  return target;
}

/** Installs a plugin as `pulumi plugin install` does: a directory named by kind, name and version. */
function installPlugin(name: PluginName): void {
  const file = `pulumi-resource-${name}`;
  const binary = join(findMachinePlugin(name) ?? builtPartDirectory(`provider-${name}`), file);
  const directory = join(home, "plugins", `resource-${name}-${pluginVersions[name]}`);
  if (readLink(join(directory, file)) === binary) return;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  symlinkSync(binary, join(directory, file));
}

function hashOf(directory: string): string {
  return directory.slice(directory.lastIndexOf("-") + 1);
}

function placeFile(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // The package directory may lie on another file system than the cache.
    copyFileSync(source, target);
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
