// The sandbox's own volume provisioner, run as a process of its own: provision-volumes.ts KUBECONFIG DIRECTORY
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ApiException, CoreV1Api, KubeConfig, StorageV1Api, makeInformer } from "@kubernetes/client-node";
import type { V1PersistentVolume, V1PersistentVolumeClaim, V1StorageClass } from "@kubernetes/client-node";

import { provisionerName } from "./storage-class.ts";
import { isAbandoned, volumeForClaim, wantsVolume } from "./volumes.ts";

const [kubeconfig, directory] = process.argv.slice(2);
if (kubeconfig === undefined || directory === undefined)
  throw new TypeError("usage: provision-volumes.ts KUBECONFIG DIRECTORY");

const configuration = new KubeConfig();
configuration.loadFromFile(kubeconfig);
const core = configuration.makeApiClient(CoreV1Api);
const storage = configuration.makeApiClient(StorageV1Api);

watch<V1PersistentVolumeClaim>(
  "/api/v1/persistentvolumeclaims",
  () => core.listPersistentVolumeClaimForAllNamespaces(),
  async (claim) => {
    const className = claim.spec?.storageClassName;
    if (!wantsVolume(claim) || className === undefined) return;
    const storageClass = await storage.readStorageClass({ name: className });
    if (storageClass.provisioner === provisionerName) await createVolume(claim, storageClass);
  },
);

watch<V1PersistentVolume>(
  "/api/v1/persistentvolumes",
  () => core.listPersistentVolume(),
  async (volume) => {
    if (!isAbandoned(volume)) return;
    const path = volume.spec?.hostPath?.path;
    // Only what was made below the sandbox's own directory may be deleted.
    if (path?.startsWith(`${directory}/`) === true) rmSync(path, { recursive: true, force: true });
    await core.deletePersistentVolume({ name: volume.metadata?.name ?? "" });
    console.log(`deleted volume ${volume.metadata?.name ?? ""}`);
  },
);

async function createVolume(claim: V1PersistentVolumeClaim, storageClass: V1StorageClass): Promise<void> {
  const path = join(directory ?? "", `pvc-${claim.metadata?.uid ?? ""}`);
  mkdirSync(path, { recursive: true });
  // Whatever user a pod runs as may write, whatever the mask of this process.
  chmodSync(path, 0o777);
  await core.createPersistentVolume({ body: volumeForClaim(claim, storageClass, path) });
  console.log(`created volume ${path} for ${claim.metadata?.namespace ?? ""}/${claim.metadata?.name ?? ""}`);
}

function watch<Kind extends V1PersistentVolume | V1PersistentVolumeClaim>(
  path: string,
  list: () => Promise<{ items: Kind[] }>,
  handle: (object: Kind) => Promise<void>,
): void {
  const informer = makeInformer(configuration, path, list);
  const handleLogged = (object: Kind) => {
    handle(object).catch((error: unknown) => {
      // Seen twice, or deleted meanwhile.
      if (error instanceof ApiException && (error.code === 409 || error.code === 404)) return;
      console.error(error);
    });
  };
  const restart = async () => {
    await sleep(1000);
    await informer.start();
  };
  informer.on("add", handleLogged);
  informer.on("update", handleLogged);
  informer.on("error", (error: unknown) => {
    console.error(`watching ${path}:`, error);
    restart().catch((reason: unknown) => {
      console.error(reason);
      process.exit(1);
    });
  });
  informer.start().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
