/**
 * The label that every object made by this project carries: it tells ours from the user's. Only what Pulumi's provider makes without
 * server-side apply has a word of the provider's there (`pulumi`, or PULUMI_KUBERNETES_MANAGED_BY_LABEL) for as long as it stands.
 */
export const managedByLabel = "app.kubernetes.io/managed-by";
export const managedByValue = "trident-etcd";

/** Of what is made for an etcd otherwise than by Pulumi's own resources; the component is its part in that, such as "gateway". */
export function etcdLabels(component: string): Record<string, string> {
  return {
    [managedByLabel]: managedByValue,
    "app.kubernetes.io/name": "etcd",
    "app.kubernetes.io/component": component,
  };
}

/** On each object that a stack made: which stack that was, as `ORGANIZATION/PROJECT/STACK`. Older versions made it without. */
export const stackAnnotation = "trident-etcd/stack";

/** Beside it: what tells the stack from another one of the same name. Random, and kept as long as the stack. */
export const stackUidAnnotation = "trident-etcd/stack-uid";

interface Marked {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
}

export function isOurs({ metadata }: Marked): boolean {
  const managedBy = metadata?.labels?.[managedByLabel];
  if (managedBy === managedByValue) return true;
  return managedBy !== undefined && metadata?.annotations?.[stackUidAnnotation] !== undefined;
}

interface Annotated {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> | undefined } | undefined;
}

/** Undefined for an object that an older version made, or somebody else. */
export function stackUidOf(object: Annotated | undefined): string | undefined {
  return object?.metadata?.annotations?.[stackUidAnnotation];
}
