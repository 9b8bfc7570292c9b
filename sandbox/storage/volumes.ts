import type { V1PersistentVolume, V1PersistentVolumeClaim, V1StorageClass } from "@kubernetes/client-node";

import { provisionerName } from "./storage-class.ts";

const provisionedBy = "pv.kubernetes.io/provisioned-by";

/** Whether a claim still waits for a volume of its class. */
export function wantsVolume(claim: V1PersistentVolumeClaim): boolean {
  const deleted = claim.metadata?.deletionTimestamp !== undefined;
  return !deleted && claim.status?.phase !== "Bound" && !claim.spec?.volumeName && claim.spec?.storageClassName !== "";
}

/** Whether a volume made here has lost its claim and is to go with it. */
export function isAbandoned(volume: V1PersistentVolume): boolean {
  return (
    volume.metadata?.annotations?.[provisionedBy] === provisionerName &&
    volume.metadata.deletionTimestamp === undefined &&
    volume.status?.phase === "Released" &&
    volume.spec?.persistentVolumeReclaimPolicy === "Delete"
  );
}

/** A volume on the directory, promised to this claim and no other. */
export function volumeForClaim(
  claim: V1PersistentVolumeClaim,
  storageClass: V1StorageClass,
  path: string,
): V1PersistentVolume {
  const { name = "", namespace = "", uid = "" } = claim.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `pvc-${uid}`, annotations: { [provisionedBy]: provisionerName } },
    spec: {
      capacity: { storage: claim.spec?.resources?.requests?.storage ?? "1Gi" },
      accessModes: claim.spec?.accessModes ?? ["ReadWriteOnce"],
      volumeMode: "Filesystem",
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
      storageClassName: storageClass.metadata?.name ?? "",
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
      hostPath: { path, type: "DirectoryOrCreate" },
    },
  };
}
