import type { V1PersistentVolume, V1StorageClass } from "@kubernetes/client-node";
import type { Blocker } from "../../../blockers/blocker.ts";
import type { ClaimStorage } from "../../read/claim-storage.ts";

/** Trident's, as it names itself in StorageClasses and in the volumes that it has made: until 19.04, and with CSI. */
const tridents: readonly string[] = ["netapp.io/trident", "csi.trident.netapp.io"];

/** What is to be kept there, and what to ask for instead. */
export interface StoredThing {
  /** Such as `The snapshots of etcd`. */
  readonly what: string;
  /** A whole sentence. */
  readonly remedy: string;
}

/**
 * What Trident's own state depends on can't be on storage that Trident attaches: it would be missing just when it is needed. Undefined
 * where the storage is anybody else's, or can't be told.
 */
export function dependentStorage(storage: ClaimStorage, { what, remedy }: StoredThing): Blocker | undefined {
  const { claim, volume, storageClass } = storage;
  const claimName = claim?.metadata?.name;
  const from = volume === undefined ? classOfTrident(storageClass) : volumeOfTrident(volume);
  if (from === undefined) return undefined;
  return {
    kind: "dependentStorage",
    object:
      claimName === undefined
        ? `StorageClass/${storageClass?.metadata?.name ?? ""}`
        : `PersistentVolumeClaim/${claimName}`,
    message:
      `${what} would be on storage that Trident itself provides (${claimName === undefined ? "" : `PersistentVolumeClaim ${claimName}, `}${from}): ` +
      "without Trident's etcd there is no Trident, and without Trident no such volume can be attached to get at them.",
    remedy,
  };
}

/** The volume itself, once there is one: a class of that name may have been another one. */
function volumeOfTrident({ metadata, spec }: V1PersistentVolume): string | undefined {
  const by = [metadata?.annotations?.["pv.kubernetes.io/provisioned-by"], spec?.csi?.driver].find(
    (each) => each !== undefined && tridents.includes(each),
  );
  return by === undefined ? undefined : `PersistentVolume ${metadata?.name ?? ""} of ${by}`;
}

function classOfTrident(storageClass: V1StorageClass | undefined): string | undefined {
  if (storageClass === undefined || !tridents.includes(storageClass.provisioner)) return undefined;
  return `StorageClass ${storageClass.metadata?.name ?? ""} with provisioner ${storageClass.provisioner}`;
}
