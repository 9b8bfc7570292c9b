import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import { run } from "./commands.ts";

/** The sandbox needs programs that this machine lacks and cannot install. */
export class MachinePackagesError extends Error {
  override readonly name = "MachinePackagesError";
}

/** Where Debian and others keep the network plugins of containers. */
const networkPluginDirectories = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];

/** Debian package -> programs that prove that it, or something as good, is there. */
const neededPrograms = {
  "etcd-server": ["etcd"],
  "etcd-client": ["etcdctl"],
  containerd: ["containerd", "ctr"],
  runc: ["runc"],
  "containernetworking-plugins": networkPluginDirectories.map((directory) => join(directory, "ptp")),
  nftables: ["nft"],
  conntrack: ["conntrack"],
  "busybox-static": ["busybox"],
  iproute2: ["ip"],
  "util-linux": ["nsenter"],
  openssl: ["openssl"],
} as const satisfies Record<string, readonly string[]>;

export type MachinePackage = keyof typeof neededPrograms;

const allPackages = Object.keys(neededPrograms) as MachinePackage[];

/**
 * Installs with apt-get what is needed and the machine lacks, and says so.
 * @throws MachinePackagesError when this needs root or apt-get and there is none
 */
export async function ensureMachinePackages(
  report: (line: string) => void,
  needed: readonly MachinePackage[] = allPackages,
): Promise<void> {
  const missing = needed.filter((name) => !isThere(neededPrograms[name]));
  if (missing.length === 0) return;
  const names = missing.join(" ");
  if (process.getuid?.() !== 0) {
    throw new MachinePackagesError(
      `This machine lacks ${names}. Install them, or run this as root on a Debian machine.`,
    );
  }
  if (findProgram("apt-get") === undefined) {
    throw new MachinePackagesError(
      `This machine lacks what Debian calls ${names}, and has no apt-get: install them by hand.`,
    );
  }
  report(`installing Debian packages that are missing: ${names}`);
  const options = { timeoutMilliseconds: 600_000, environment: { DEBIAN_FRONTEND: "noninteractive" } };
  try {
    await run("apt-get", ["update", "-qq"], options);
    await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], options);
  } catch (error) {
    throw new MachinePackagesError(`Debian packages ${names} could not be installed.`, { cause: error });
  }
}

/** The directory of the container network plugins. */
export function networkPlugins(): string {
  return networkPluginDirectories.find((directory) => isExecutable(join(directory, "ptp"))) ?? "/usr/lib/cni";
}

/** The program's path; the system directories count even when a user's PATH leaves them out. */
export function findProgram(name: string): string | undefined {
  const path = `${process.env.PATH ?? ""}${delimiter}/usr/sbin${delimiter}/sbin${delimiter}/usr/bin`;
  return path
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

/** Programs given by name must all be there; of programs given by path, one is enough. */
function isThere(programs: readonly string[]): boolean {
  return programs[0]?.startsWith("/") === true
    ? programs.some(isExecutable)
    : programs.every((program) => findProgram(program) !== undefined);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
