import { existsSync, readFileSync, readdirSync, rmdirSync } from "node:fs";

import { network } from "../sandbox-paths.ts";
import { run } from "./commands.ts";

const namespacesDirectory = "/run/netns";

/** The file that stands for the network namespace of the node. */
export const networkNamespacePath = `${namespacesDirectory}/${network.namespace}`;

/**
 * Makes the network namespace in which all of the sandbox runs, and a link into it. There is no default route: nothing in
 * the sandbox reaches anything but the sandbox and this machine.
 */
export async function createNetworkNamespace(): Promise<void> {
  const { namespace, hostLink, nodeLink, hostAddress, nodeAddress, prefixLength } = network;
  await run("ip", ["netns", "add", namespace]);
  await run("ip", ["link", "add", hostLink, "type", "veth", "peer", "name", nodeLink, "netns", namespace]);
  await run("ip", ["address", "add", `${hostAddress}/${prefixLength}`, "dev", hostLink]);
  await run("ip", ["link", "set", hostLink, "up"]);
  await run("ip", ["-n", namespace, "link", "set", "lo", "up"]);
  await run("ip", ["-n", namespace, "address", "add", `${nodeAddress}/${prefixLength}`, "dev", nodeLink]);
  await run("ip", ["-n", namespace, "link", "set", nodeLink, "up"]);
  // Service addresses are translated after routing, so the node itself needs some route to them.
  await run("ip", ["-n", namespace, "route", "add", network.services, "dev", nodeLink]);
  // This machine's answers to pods, of what a test runs beside the cluster. The route goes with the link.
  await run("ip", ["route", "add", network.pods, "via", nodeAddress, "dev", hostLink]);
  const forward = "echo 1 > /proc/sys/net/ipv4/ip_forward";
  await run("nsenter", [`--net=${networkNamespacePath}`, "sh", "-c", forward]);
}

/** Deletes the namespace and the link; neither needs to be there. */
export async function deleteNetworkNamespace(): Promise<void> {
  // Deleting the link here spares waiting until the kernel has taken the namespace apart.
  if (hasLink()) await run("ip", ["link", "delete", network.hostLink]);
  if (existsSync(networkNamespacePath)) await run("ip", ["netns", "delete", network.namespace]);
  await removeNamespacesDirectory();
}

export function hasNetworkNamespace(): boolean {
  return existsSync(networkNamespacePath);
}

export function hasLink(): boolean {
  return existsSync(`/sys/class/net/${network.hostLink}`);
}

/** `ip netns add` turned the directory into a mount point; with nothing in it, it is of no use to anybody. */
async function removeNamespacesDirectory(): Promise<void> {
  if (!existsSync(namespacesDirectory) || readdirSync(namespacesDirectory).length > 0) return;
  while (isMountPoint(namespacesDirectory)) await run("umount", [namespacesDirectory]);
  rmdirSync(namespacesDirectory);
}

function isMountPoint(path: string): boolean {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return lines.some((line) => line.split(" ")[4] === path);
}
