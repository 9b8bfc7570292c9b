import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { StorageV1Api } from "@kubernetes/client-node";
import { run } from "../../../sandbox/machine/commands.ts";
import { nodeNamespaces } from "../../../sandbox/machine/node-namespaces.ts";
import { runningProcess } from "../../../sandbox/machine/processes.ts";
import { sandboxState } from "../../../sandbox/sandbox-paths.ts";
import type { SandboxCluster } from "../sandbox-cluster.ts";

/** Disks of a node that are full when something has filled them, each with a PersistentVolume on it. */
export interface SmallDisks {
  readonly storageClass: string;
  /** Leaves not a byte on the disk that a claim is bound to. */
  fill(namespace: string, claim: string): Promise<void>;
  remove(): Promise<void>;
}

const storageClass = "small-disks";
const megabytes = 512;

/** The node's memory stands in for its disks: a file system of its own each, whose end is as real. */
export async function makeSmallDisks({ core, kubeconfig }: SandboxCluster, count: number): Promise<SmallDisks> {
  const storage = kubeconfig.makeApiClient(StorageV1Api);
  const onNode = async (...command: string[]): Promise<void> => {
    const holder = runningProcess("node");
    if (holder === undefined) throw new Error("the sandbox does not run");
    await run("nsenter", [...nodeNamespaces(holder), "--", ...command]);
  };
  const names = Array.from({ length: count }, (_, index) => `${storageClass}-${index + 1}`);
  const directoryOf = (name: string): string => path.join(sandboxState, name);

  await storage.createStorageClass({
    body: { metadata: { name: storageClass }, provisioner: "kubernetes.io/no-provisioner" },
  });
  for (const name of names) {
    await mkdir(directoryOf(name));
    await onNode("mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=0777`, name, directoryOf(name));
    await core.createPersistentVolume({
      body: {
        metadata: { name },
        spec: {
          storageClassName: storageClass,
          capacity: { storage: `${megabytes}Mi` },
          accessModes: ["ReadWriteOnce"],
          persistentVolumeReclaimPolicy: "Retain",
          hostPath: { path: directoryOf(name) },
        },
      },
    });
  }
  return {
    storageClass,
    fill: async (namespace, claim) => {
      const { spec } = await core.readNamespacedPersistentVolumeClaim({ namespace, name: claim });
      const file = path.join(directoryOf(spec?.volumeName ?? ""), "filler");
      // It ends when nothing more is taken, with an error that says so.
      await onNode("sh", "-c", `cat /dev/zero > ${file} || test -s ${file}`);
    },
    remove: async () => {
      for (const name of names) {
        await core.deletePersistentVolume({ name });
        await onNode("umount", "--lazy", directoryOf(name));
        await rm(directoryOf(name), { recursive: true });
      }
      await storage.deleteStorageClass({ name: storageClass });
    },
  };
}
