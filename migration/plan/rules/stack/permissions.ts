import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { Access } from "../../read/cluster-reader.ts";
import { clusterUidAccess, wishedInCluster, type Need } from "../../read/permissions.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";
import { crdOwner } from "../etcd/crd.ts";

/** What keeps a run from being carried out, and what is only good to have. */
export function checkPermissions(
  { namespace }: Pick<PlanRequest, "namespace">,
  facts: Pick<PlanFacts, "missing" | "clusterUid" | "objects">,
): Findings {
  const missing = allMissing(facts);
  const needed = missing.filter((access) => !isWished(access));
  const isCrdMade = crdOwner(facts.objects) === "own";
  return together(
    checkNeeded(isCrdMade ? needed : needed.filter(isNotForTheCrd), namespace),
    facts.missing === undefined ? atRisk("knowledge", cannotAsk) : nothingFound,
    missing.some(isWished) ? atRisk("knowledge", cannotListEtcdClusters) : nothingFound,
  );
}

/** Asked for, and seen in that the cluster's uid could not be read. */
function allMissing({ missing = [], clusterUid }: Pick<PlanFacts, "missing" | "clusterUid">): readonly Access[] {
  return clusterUid !== undefined || missing.includes(clusterUidAccess) ? missing : [...missing, clusterUidAccess];
}

/** Without it a run only does less. */
function isWished({ verb, group, resource, namespace }: Access): boolean {
  return (
    namespace === undefined &&
    verb === wishedInCluster.verb &&
    group === wishedInCluster.group &&
    resource === wishedInCluster.resource
  );
}

/** A CRD that is used as it is need not be made. */
function isNotForTheCrd({ resource, verb }: Access): boolean {
  return resource !== "customresourcedefinitions" || verb === "get";
}

const cannotAsk = "Which permissions there are can't be asked: what is missing shows when it is used.";

const cannotListEtcdClusters =
  "The user of the kubeconfig may not list the EtcdClusters of all namespaces: a later destroy can't see whether anybody else uses " +
  "their CustomResourceDefinition, and keeps it.";

/** One blocker for all of them, with the Role and ClusterRole that would grant them. */
function checkNeeded(missing: readonly Access[], namespace: string): Findings {
  if (missing.length === 0) return nothingFound;
  const inNamespace = missing.filter((access) => access.namespace !== undefined);
  const inCluster = missing.filter((access) => access.namespace === undefined);
  const parts = [
    ...(inNamespace.length === 0 ? [] : [`in namespace ${namespace}: ${describeAll(inNamespace)}`]),
    ...(inCluster.length === 0 ? [] : [`in the whole cluster: ${describeAll(inCluster)}`]),
  ];
  return blockedBy({
    kind: "missingPermissions",
    object: "the user of the kubeconfig",
    message: `The user of the kubeconfig may not, ${parts.join("; ")}.`,
    remedy: [
      "Have an administrator apply this and bind it to the user, or choose another kubernetes:context.",
      ...(inNamespace.length === 0 ? [] : roleSnippet("Role", inNamespace, namespace)),
      ...(inCluster.length === 0 ? [] : roleSnippet("ClusterRole", inCluster, namespace)),
    ].join("\n"),
  });
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
