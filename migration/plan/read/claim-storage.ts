import type { V1PersistentVolume, V1PersistentVolumeClaim, V1StorageClass } from "@kubernetes/client-node";
import type { ClusterReader } from "./cluster-reader.ts";

/** Where the storage of a claim comes from, or would; undefined is what is not there or may not be looked at. */
export interface ClaimStorage {
  /** Undefined where one is only going to be made. */
  readonly claim: V1PersistentVolumeClaim | undefined;
  /** That it is bound to. */
  readonly volume: V1PersistentVolume | undefined;
  /** The class by the name of which it was or is made, or the default one. */
  readonly storageClass: V1StorageClass | undefined;
}

/**
 * @param wanted the claim that is used, if it is there; and the class that one is made with, "" for the default one.
 */
export async function readClaimStorage(
  reader: Pick<ClusterReader, "read" | "list">,
  namespace: string,
  wanted: { readonly claim?: string; readonly storageClass: string },
): Promise<ClaimStorage> {
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${wanted.claim ?? ""}`;
  const claim = (wanted.claim === undefined ? undefined : await reader.read(path)) as
    | V1PersistentVolumeClaim
    | undefined;
  const { volumeName = "", storageClassName = wanted.storageClass } = claim?.spec ?? {};
  const [volume, storageClass] = await Promise.all([
    volumeName === "" ? undefined : reader.read(`/api/v1/persistentvolumes/${volumeName}`),
    readStorageClass(reader, storageClassName),
  ]);
  return { claim, volume: volume as V1PersistentVolume | undefined, storageClass };
}

export const classesPath = "/apis/storage.k8s.io/v1/storageclasses";
const defaultAnnotations = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

async function readStorageClass(
  reader: Pick<ClusterReader, "read" | "list">,
  name: string,
): Promise<V1StorageClass | undefined> {
  if (name !== "") return (await reader.read(`${classesPath}/${name}`)) as V1StorageClass | undefined;
  const all = ((await reader.list(classesPath)) ?? []) as readonly object[] as readonly V1StorageClass[];
  return all.find(({ metadata }) => defaultAnnotations.some((each) => metadata?.annotations?.[each] === "true"));
}
