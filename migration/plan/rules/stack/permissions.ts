import { isEtcdCluster } from "../../../connect/describe-address.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import type { Access, ClusterReader } from "../../read/cluster-reader.ts";
import type { PlanRequest } from "../../plan-request.ts";

/** Verbs on resources of one API group. */
interface Need {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const manage = ["get", "create", "patch", "delete"];
const manageAndWatch = ["get", "list", "watch", "create", "patch", "delete"];

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

const ownEtcdInNamespace: readonly Need[] = [
  { group: "policy", resources: ["poddisruptionbudgets"], verbs: manage },
  { group: "networking.k8s.io", resources: ["networkpolicies"], verbs: manage },
  { group: "etcd.database.coreos.com", resources: ["etcdclusters"], verbs: manageAndWatch },
];

const definitions: Need = { group: "apiextensions.k8s.io", resources: ["customresourcedefinitions"], verbs: manage };

/** For the ways into pods, which are asked whether they serve, and to say why one does not come up. */
const askingInNamespace: readonly Need[] = [
  // A WebSocket is asked for with GET; from Kubernetes 1.35 on it is authorized as create, too.
  { group: "", resources: ["pods/portforward"], verbs: ["get", "create"] },
  { group: "", resources: ["events"], verbs: ["list"] },
];

/** A pod through which an existing etcd is reached. */
const gatewayInNamespace: Need = { group: "", resources: ["pods"], verbs: ["create", "delete"] };

/** To have Trident begin anew on an etcd that was made anew. */
const restartInNamespace: Need = { group: "", resources: ["pods"], verbs: ["delete"] };

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

/** A destroy removes the definition of EtcdCluster only if it sees that nobody uses it, and keeps it where it can't see. */
const wishedInCluster: Access = { verb: "list", group: "etcd.database.coreos.com", resource: "etcdclusters" };

/** By its uid a stack knows the cluster that it was made in. */
export const clusterUidAccess: Access = { verb: "get", group: "", resource: "namespaces", name: "kube-system" };

type PermissionRequest = Pick<PlanRequest, "namespace" | "migrate" | "destination">;

/** Every single permission that a run needs, and a later destroy; at the end those that are good to have. */
export function neededPermissions(request: PermissionRequest): Access[] {
  const { destination, migrate } = request;
  const isOwn = isEtcdCluster(destination);
  const mayNeedPod = !isOwn && destination.reach !== "direct" && !migrate;
  const inNamespace = [
    ...stackInNamespace,
    ...(isOwn ? ownEtcdInNamespace : []),
    ...askingInNamespace,
    ...(mayNeedPod ? [gatewayInNamespace] : []),
    ...(isOwn && !migrate ? [restartInNamespace] : []),
    ...(migrate ? migrationInNamespace : []),
  ];
  return [
    ...inNamespace.flatMap((need) => each(need).map((access) => ({ ...access, namespace: request.namespace }))),
    ...[...stackInCluster, ...(isOwn ? [definitions] : [])].flatMap(each),
    clusterUidAccess,
    ...(isOwn ? [wishedInCluster] : []),
  ];
}

/** All that is missing: asked for, and seen in that the cluster's uid could not be read. Undefined when nobody may ask. */
export function allMissing(
  missing: readonly Access[] | undefined,
  clusterUid: string | undefined,
): readonly Access[] | undefined {
  if (clusterUid !== undefined || missing?.includes(clusterUidAccess) === true) return missing;
  return [...(missing ?? []), clusterUidAccess];
}

/** Those without which a run fails, and those without which it only does less. */
export function splitMissing(missing: readonly Access[]): { needed: Access[]; wished: Access[] } {
  const isWished = ({ verb, group, resource, namespace }: Access): boolean =>
    namespace === undefined &&
    verb === wishedInCluster.verb &&
    group === wishedInCluster.group &&
    resource === wishedInCluster.resource;
  return { needed: missing.filter((access) => !isWished(access)), wished: missing.filter(isWished) };
}

/** What comes of missing the wished ones. */
export const cannotListEtcdClusters =
  "The user of the kubeconfig may not list the EtcdClusters of all namespaces: a later destroy can't see whether anybody else uses " +
  "their CustomResourceDefinition, and keeps it.";

function each({ group, resources, verbs }: Need): Access[] {
  return resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource })));
}

/** A handful of questions at a time: what else is asked of the cluster meanwhile is not to wait behind all of them. */
const askedAtOnce = 4;

/** Those of the permissions that the user does not have, in their order. */
export async function missingPermissions(
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

/** One blocker for all of them, with the Role and ClusterRole that would grant them. */
export function judgePermissions(missing: readonly Access[], namespace: string): Blocker[] {
  if (missing.length === 0) return [];
  const inNamespace = missing.filter((access) => access.namespace !== undefined);
  const inCluster = missing.filter((access) => access.namespace === undefined);
  const parts = [
    ...(inNamespace.length === 0 ? [] : [`in namespace ${namespace}: ${describeAll(inNamespace)}`]),
    ...(inCluster.length === 0 ? [] : [`in the whole cluster: ${describeAll(inCluster)}`]),
  ];
  return [
    {
      kind: "missingPermissions",
      object: "the user of the kubeconfig",
      message: `The user of the kubeconfig may not, ${parts.join("; ")}.`,
      remedy: [
        "Have an administrator apply this and bind it to the user, or choose another kubernetes:context.",
        ...(inNamespace.length === 0 ? [] : roleSnippet("Role", inNamespace, namespace)),
        ...(inCluster.length === 0 ? [] : roleSnippet("ClusterRole", inCluster, namespace)),
      ].join("\n"),
    },
  ];
}

/** `create, patch secrets; get deployments.apps` */
function describeAll(accesses: readonly Access[]): string {
  return rulesOf(accesses)
    .map(({ group, resources, verbs, name }) => {
      const named = resources.map((resource) => (group === "" ? resource : `${resource}.${group}`));
      return `${verbs.join(", ")} ${named.join(", ")}${name === undefined ? "" : ` ${name}`}`;
    })
    .join("; ");
}

function roleSnippet(kind: "Role" | "ClusterRole", accesses: readonly Access[], namespace: string): string[] {
  const binding = kind === "Role" ? `--namespace ${namespace} create rolebinding` : "create clusterrolebinding";
  const name = kind === "Role" ? roleName : `${roleName}-${namespace}`;
  return [
    "---",
    `# then: kubectl ${binding} ${name} --${kind.toLowerCase()}=${name} --user=NAME`,
    "apiVersion: rbac.authorization.k8s.io/v1",
    `kind: ${kind}`,
    `metadata: {name: ${name}${kind === "Role" ? `, namespace: ${namespace}` : ""}}`,
    "rules:",
    ...rulesOf(accesses).map(
      ({ group, resources, verbs, name }) =>
        `  - {apiGroups: ["${group}"], resources: [${resources.join(", ")}], ` +
        `${name === undefined ? "" : `resourceNames: [${name}], `}verbs: [${verbs.join(", ")}]}`,
    ),
  ];
}

const roleName = "trident-etcd-installer";

/** Resources of one group of which the same verbs are missing become one rule. */
function rulesOf(accesses: readonly Access[]): (Need & { readonly name?: string })[] {
  const verbsOf = new Map<string, { group: string; resource: string; name?: string; verbs: string[] }>();
  for (const { group, resource, verb, name } of accesses) {
    const key = `${group}/${resource}/${name ?? ""}`;
    const known = verbsOf.get(key) ?? { group, resource, ...(name === undefined ? {} : { name }), verbs: [] };
    known.verbs.push(verb);
    verbsOf.set(key, known);
  }
  const rules = new Map<string, { group: string; resources: string[]; name?: string; verbs: string[] }>();
  for (const { resource, verbs, ...of } of verbsOf.values()) {
    const key = `${of.group}:${of.name ?? ""}:${verbs.join(",")}`;
    const rule = rules.get(key) ?? { ...of, resources: [], verbs };
    rule.resources.push(resource);
    rules.set(key, rule);
  }
  return [...rules.values()];
}
