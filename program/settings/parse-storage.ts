/**
 * Kubernetes' amount of storage; empty for none.
 *
 * @throws Error that says how to write it.
 */
export function memberStorageSize(text: string): string {
  if (text !== "" && !/^[1-9]\d{0,5}(Mi|Gi|Ti|M|G|T)$/.test(text)) {
    throw new Error("write an amount of storage with its unit, such as 4Gi; empty keeps members' data in their pods.");
  }
  return text;
}
