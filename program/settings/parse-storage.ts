import { objectNamePattern } from "./names.ts";

// Each of these answers with the value, or raises an Error that says how to write it.

/** Kubernetes' amount of storage; empty for none. */
export function memberStorageSize(text: string): string {
  if (text !== "" && !/^[1-9]\d{0,5}(Mi|Gi|Ti|M|G|T)$/.test(text)) {
    throw new Error("write an amount of storage with its unit, such as 4Gi; empty keeps members' data in their pods.");
  }
  return text;
}

/** Empty for the cluster's default one. */
export function memberStorageClass(text: string): string {
  if (text !== "" && !objectNamePattern.test(text)) {
    throw new Error(
      'write the name of a StorageClass; empty for the default one. "kubectl get storageclasses" lists those that there are.',
    );
  }
  return text;
}
