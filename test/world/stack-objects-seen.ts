import { createHash } from "node:crypto";
import { KubernetesObjectApi, type KubeConfig, type KubernetesObject } from "@kubernetes/client-node";

/** An object that carries the project's label, as the API server has it. */
export type SeenObject = KubernetesObject & Readonly<Record<string, unknown>>;

const inNamespace = [
  ["v1", "ConfigMap"],
  ["v1", "Secret"],
  ["v1", "Service"],
  ["v1", "ServiceAccount"],
  ["apps/v1", "Deployment"],
  ["rbac.authorization.k8s.io/v1", "Role"],
  ["rbac.authorization.k8s.io/v1", "RoleBinding"],
  ["policy/v1", "PodDisruptionBudget"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["etcd.database.coreos.com/v1beta2", "EtcdCluster"],
] as const;

const clusterWide = [
  ["rbac.authorization.k8s.io/v1", "ClusterRole"],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
] as const;

const label = "app.kubernetes.io/managed-by=trident-etcd";

/** All that the stack has made in the namespace and for it, of the kinds above, by `Kind/name`. */
export async function seenObjects(kubeconfig: KubeConfig, namespace: string): Promise<Map<string, SeenObject>> {
  const api = KubernetesObjectApi.makeApiClient(kubeconfig);
  const found = new Map<string, SeenObject>();
  for (const [apiVersion, kind] of [...inNamespace, ...clusterWide]) {
    const isInNamespace = inNamespace.some(([, each]) => each === kind);
    const list = await api
      .list(apiVersion, kind, isInNamespace ? namespace : undefined, undefined, undefined, undefined, undefined, label)
      .catch(() => ({ items: [] as KubernetesObject[] }));
    for (const item of list.items) {
      const name = item.metadata?.name ?? "";
      if (isInNamespace || name.endsWith(`-${namespace}`)) {
        found.set(`${kind}/${name}`, { ...item, apiVersion, kind } as unknown as SeenObject);
      }
    }
  }
  return found;
}

/** Of each its uid and what somebody has written into it; what controllers and the API server add is left out. */
export function fingerprints(objects: ReadonlyMap<string, SeenObject>): Map<string, string> {
  return new Map(
    [...objects].map(([name, { metadata, spec, data, rules, subjects, roleRef }]) => {
      const written = JSON.stringify([metadata?.uid, metadata?.labels, spec, data, rules, subjects, roleRef]);
      return [name, createHash("sha256").update(written).digest("hex")];
    }),
  );
}

/** Which of them differ, by `Kind/name`. */
export function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort();
}
