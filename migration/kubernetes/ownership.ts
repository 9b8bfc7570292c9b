/** The label that every object made by this project carries: it tells ours from the user's. */
export const managedByLabel = "app.kubernetes.io/managed-by";
export const managedByValue = "trident-etcd";

/** On each object that a stack made: which stack that was, as `ORGANIZATION/PROJECT/STACK`. Older versions made it without. */
export const stackAnnotation = "trident-etcd/stack";

/** Beside it: what tells the stack from another one of the same name. Random, and kept as long as the stack. */
export const stackUidAnnotation = "trident-etcd/stack-uid";

interface Labelled {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}

export function isOurs(object: Labelled): boolean {
  return object.metadata?.labels?.[managedByLabel] === managedByValue;
}

interface Annotated {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> | undefined } | undefined;
}

/** Undefined for an object that an older version made, or somebody else. */
export function stackUidOf(object: Annotated | undefined): string | undefined {
  return object?.metadata?.annotations?.[stackUidAnnotation];
}
