/** The label that every object made by this project carries: it tells ours from the user's. */
export const managedByLabel = "app.kubernetes.io/managed-by";
export const managedByValue = "trident-etcd";

/** On each object that a stack made: which stack that was, as `ORGANIZATION/PROJECT/STACK`. Older versions made it without. */
export const stackAnnotation = "trident-etcd/stack";

interface Labelled {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}

export function isOurs(object: Labelled): boolean {
  return object.metadata?.labels?.[managedByLabel] === managedByValue;
}
