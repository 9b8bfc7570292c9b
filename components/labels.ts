/** Kubernetes' recommended labels, on every object that this program makes. */
export interface ObjectLabels extends Readonly<Record<string, string>> {
  readonly "app.kubernetes.io/name": string;
  readonly "app.kubernetes.io/component": string;
  readonly "app.kubernetes.io/managed-by": "trident-etcd";
}

/**
 * @param name What the object is part of, such as "etcd".
 * @param component Its part in that, such as "operator".
 */
export function objectLabels(name: string, component: string): ObjectLabels {
  return {
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/managed-by": "trident-etcd",
  };
}
