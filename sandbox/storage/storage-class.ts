import { createIfMissing } from "../kubernetes/api.ts";

export const storageClassName = "sandbox-host-path";
export const provisionerName = "host-path.sandbox.trident-etcd.invalid";

/** Creates the sandbox's default StorageClass: a claim that names no class is bound to a directory of this machine. */
export async function createStorageClass(): Promise<void> {
  await createIfMissing("/apis/storage.k8s.io/v1/storageclasses", {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: {
      name: storageClassName,
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
    provisioner: provisionerName,
    reclaimPolicy: "Delete",
    volumeBindingMode: "Immediate",
  });
}
