/** The label that every object made by this project carries: it tells ours from the user's. */
export const managedByLabel = "app.kubernetes.io/managed-by";
export const managedByValue = "trident-etcd";

interface Labelled {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}

export function isOurs(object: Labelled): boolean {
  return object.metadata?.labels?.[managedByLabel] === managedByValue;
}
