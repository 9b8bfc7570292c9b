// Each of these answers with the value, or raises an Error that says how to write it.

const pattern = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const list = '"kubectl get persistentvolumeclaims" lists those that there are.';

/** The name of a PersistentVolumeClaim. */
export function claimName(text: string): string {
  if (!pattern.test(text)) {
    throw new Error(`write the name of a PersistentVolumeClaim, such as trident. ${list}`);
  }
  return text;
}

/** Names of PersistentVolumeClaims with commas between them; none is a choice. */
export function claimNames(text: string): readonly string[] {
  const names = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (!names.every((name) => pattern.test(name))) {
    throw new Error(`write names of PersistentVolumeClaims with commas between them, such as trident. ${list}`);
  }
  return names;
}
