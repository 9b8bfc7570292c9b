import { commaList, objectNamePattern } from "./names.ts";

// Each of these answers with the value, or raises an Error that says how to write it.

const list = '"kubectl get persistentvolumeclaims" lists those that there are.';

/** The name of a PersistentVolumeClaim. */
export function claimName(text: string): string {
  if (!objectNamePattern.test(text)) {
    throw new Error(`write the name of a PersistentVolumeClaim, such as trident. ${list}`);
  }
  return text;
}

/** Names of PersistentVolumeClaims with commas between them; none is a choice. */
export function claimNames(text: string): readonly string[] {
  const names = commaList(text);
  if (!names.every((name) => objectNamePattern.test(name))) {
    throw new Error(`write names of PersistentVolumeClaims with commas between them, such as trident. ${list}`);
  }
  return names;
}
