import type { PlanRequest } from "../plan-request.ts";
import type { Access, ClusterReader } from "./cluster-reader.ts";

/** Verbs on resources of one API group. */
export interface Need {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export const manage = ["get", "create", "patch", "delete"];
export const manageAndWatch = ["get", "list", "watch", "create", "patch", "delete"];

/** What the stack's objects and its waiting for them take. */
const stackInNamespace: readonly Need[] = [
  { group: "", resources: ["secrets", "configmaps", "services", "serviceaccounts", "endpoints"], verbs: manage },
  { group: "", resources: ["pods"], verbs: ["get", "list", "watch"] },
  // An uninstalled Trident's claim with its state is looked for.
  { group: "", resources: ["persistentvolumeclaims"], verbs: ["get", "list"] },
  { group: "apps", resources: ["deployments"], verbs: manageAndWatch },
  { group: "apps", resources: ["replicasets"], verbs: ["list", "watch"] },
  { group: "rbac.authorization.k8s.io", resources: ["roles", "rolebindings"], verbs: manage },
];

/** For the ways into pods, which are asked whether they serve, and to say why one does not come up. */
const askingInNamespace: readonly Need[] = [
  // A WebSocket is asked for with GET; from Kubernetes 1.35 on it is authorized as create, too.
  { group: "", resources: ["pods/portforward"], verbs: ["get", "create"] },
  { group: "", resources: ["events"], verbs: ["list"] },
];

const stackInCluster: readonly Need[] = [
  { group: "rbac.authorization.k8s.io", resources: ["clusterroles", "clusterrolebindings"], verbs: manage },
];

/** The pods of the migration, and the lock against a second run. */
const migrationInNamespace: readonly Need[] = [
  { group: "", resources: ["pods"], verbs: ["create", "delete"] },
  { group: "apps", resources: ["replicasets"], verbs: ["get", "patch", "delete"] },
  // To say why a pod does not come up.
  { group: "", resources: ["pods/log"], verbs: ["get"] },
  { group: "coordination.k8s.io", resources: ["leases"], verbs: ["get", "create", "update", "delete"] },
];

/** A destroy removes the CRD of EtcdCluster only if it sees that nobody uses it, and keeps it where it can't see. */
export const wishedInCluster: Access = { verb: "list", group: "etcd.database.coreos.com", resource: "etcdclusters" };

/** By its uid a stack knows the cluster that it was made in. */
export const clusterUidAccess: Access = { verb: "get", group: "", resource: "namespaces", name: "kube-system" };

/** What an etcd takes. */
export interface EtcdNeeds {
  /** For its objects. */
  readonly inNamespace: readonly Need[];
  readonly inCluster: readonly Need[];
  /** Without a migration, whose own are more. */
  readonly ofPods: readonly Need[];
  readonly wished: readonly Access[];
}

/** Every single permission that a run needs, and a later destroy; at the end those that are good to have. */
export function neededPermissions(
  { namespace, migrate }: Pick<PlanRequest, "namespace" | "migrate">,
  etcd: EtcdNeeds,
): Access[] {
  const inNamespace = [
    ...[...stackInNamespace, ...etcd.inNamespace, ...askingInNamespace],
    ...(migrate ? migrationInNamespace : etcd.ofPods),
  ];
  return [
    ...inNamespace.flatMap((need) => each(need).map((access) => ({ ...access, namespace }))),
    ...[...stackInCluster, ...etcd.inCluster].flatMap(each),
    clusterUidAccess,
    ...etcd.wished,
  ];
}

function each({ group, resources, verbs }: Need): Access[] {
  return resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource })));
}

/** A handful of questions at a time: what else is asked of the cluster meanwhile is not to wait behind all of them. */
const askedAtOnce = 4;

/** Those of the permissions that the user does not have, in their order. */
export async function readMissingPermissions(
  reader: Pick<ClusterReader, "allows">,
  needed: readonly Access[],
): Promise<Access[]> {
  const missing = new Set<Access>();
  const left = needed.values();
  const askOn = async (): Promise<void> => {
    for (const access of left) {
      if (!(await reader.allows(access))) missing.add(access);
    }
  };
  await Promise.all(Array.from({ length: askedAtOnce }, askOn));
  return needed.filter((access) => missing.has(access));
}
