import {
  type EtcdAddress,
  type EtcdClusterAddress,
  type ExistingEtcdAddress,
  isOwnEtcd,
} from "../../connect/etcd-address.ts";
import { crdName, crdPath } from "../../uninstall/crd.ts";
import type { ClusterReader, ServedObject } from "./cluster-reader.ts";

/** An object that the stack makes, the new Deployment of Trident excepted. */
export interface StackObject {
  /** `Kind/name` */
  readonly object: string;
  readonly path: string;
  /** Whether a stack that stands may do without it. */
  readonly isOptional?: true;
}

export interface StackNames {
  readonly namespace: string;
  readonly destination: EtcdAddress;
  readonly record: string;
}

/** Names and kinds as the components under `components/` make them. */
export function stackObjects(names: StackNames): StackObject[] {
  const { destination } = names;
  const places = [
    ...(isOwnEtcd(destination) ? ownEtcdPlaces(destination) : existingEtcdPlaces(destination)),
    ...tridentPlaces(names),
  ];
  return places.map(([kind, name, collection, need]) => ({
    object: `${kind}/${name}`,
    path: `${collection}/${name}`,
    ...(need === "optional" ? { isOptional: true } : {}),
  }));
}

type Place = [kind: string, name: string, collection: string, need?: "optional"];

const rbac = "/apis/rbac.authorization.k8s.io/v1";

function ownEtcdPlaces({ namespace, etcdCluster, clientSecret }: EtcdClusterAddress): Place[] {
  const core = `/api/v1/namespaces/${namespace}`;
  return [
    ["CustomResourceDefinition", crdName, crdPath.slice(0, crdPath.lastIndexOf("/"))],
    ["EtcdCluster", etcdCluster, `/apis/etcd.database.coreos.com/v1beta2/namespaces/${namespace}/etcdclusters`],
    ["Service", etcdCluster, `${core}/services`],
    ["Service", `${etcdCluster}-client`, `${core}/services`],
    ["PodDisruptionBudget", etcdCluster, `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`],
    ["NetworkPolicy", etcdCluster, `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`],
    ["Secret", clientSecret, `${core}/secrets`],
    ["Secret", "etcd-server-tls", `${core}/secrets`],
    ["Secret", "etcd-peer-tls", `${core}/secrets`],
    ["Deployment", "etcd-operator", `/apis/apps/v1/namespaces/${namespace}/deployments`],
    ["ServiceAccount", "etcd-operator", `${core}/serviceaccounts`],
    ["Role", "etcd-operator", `${rbac}/namespaces/${namespace}/roles`],
    ["RoleBinding", "etcd-operator", `${rbac}/namespaces/${namespace}/rolebindings`],
    ["Endpoints", "etcd-operator", `${core}/endpoints`],
  ];
}

function existingEtcdPlaces({ namespace, clientSecret, credentialsSecret }: ExistingEtcdAddress): Place[] {
  const made = [clientSecret, credentialsSecret].filter((name) => name !== undefined);
  return made.map((name) => ["Secret", name, `/api/v1/namespaces/${namespace}/secrets`]);
}

function tridentPlaces({ namespace, record }: StackNames): Place[] {
  const core = `/api/v1/namespaces/${namespace}`;
  const clusterWide = `trident-external-etcd-${namespace}`;
  return [
    ["ConfigMap", record, `${core}/configmaps`],
    ["ServiceAccount", "trident-external-etcd", `${core}/serviceaccounts`],
    ["Role", "trident-external-etcd", `${rbac}/namespaces/${namespace}/roles`],
    ["RoleBinding", "trident-external-etcd", `${rbac}/namespaces/${namespace}/rolebindings`],
    // On OpenShift.
    ["Role", "trident-external-etcd-anyuid", `${rbac}/namespaces/${namespace}/roles`, "optional"],
    ["RoleBinding", "trident-external-etcd-anyuid", `${rbac}/namespaces/${namespace}/rolebindings`, "optional"],
    // A migration's own, for the time between its end and the stack's Deployment.
    ["Deployment", "trident-external-etcd", `/apis/apps/v1/namespaces/${namespace}/deployments`, "optional"],
    ["ClusterRole", clusterWide, `${rbac}/clusterroles`],
    ["ClusterRoleBinding", clusterWide, `${rbac}/clusterrolebindings`],
  ];
}

export interface FoundObject extends StackObject {
  /** Undefined when it does not exist. */
  readonly served: ServedObject | undefined;
  /** Whether it may not be looked at. */
  readonly isHidden?: true;
}

export async function readStackObjects(
  reader: Pick<ClusterReader, "read" | "refusalOf">,
  objects: readonly StackObject[],
): Promise<FoundObject[]> {
  return Promise.all(
    objects.map(async (each) => {
      const served = await reader.read(each.path);
      return { ...each, served, ...(reader.refusalOf(each.path) === undefined ? {} : { isHidden: true }) };
    }),
  );
}
