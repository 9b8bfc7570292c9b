import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { clientKubeconfig } from "../kubernetes/certificates.ts";
import { startProcess } from "../machine/processes.ts";
import { sandboxState } from "../sandbox-paths.ts";

/** Where the volumes of the default StorageClass lie. */
export const volumesDirectory = join(sandboxState, "volumes");

/** Starts the process that makes a volume for each claim of the sandbox's StorageClass. */
export async function startVolumeProvisioner(namespaces: readonly string[]): Promise<void> {
  mkdirSync(volumesDirectory, { recursive: true });
  await startProcess({
    name: "volume-provisioner",
    program: process.execPath,
    arguments: [join(import.meta.dirname, "provision-volumes.ts"), clientKubeconfig("storage"), volumesDirectory],
    namespaces,
  });
}
