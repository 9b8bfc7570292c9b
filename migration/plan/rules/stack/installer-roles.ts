import type { Access } from "../../read/cluster-reader.ts";
import type { Need } from "../../read/permissions.ts";

/** The Role and the ClusterRole that grant these, as YAML, each with the command that binds it. */
export function installerRoles(accesses: readonly Access[], namespace: string): string {
  const inNamespace = accesses.filter((access) => access.namespace !== undefined);
  const inCluster = accesses.filter((access) => access.namespace === undefined);
  return [
    ...(inNamespace.length === 0 ? [] : roleLines("Role", inNamespace, namespace)),
    ...(inCluster.length === 0 ? [] : roleLines("ClusterRole", inCluster, namespace)),
  ].join("\n");
}

function roleLines(kind: "Role" | "ClusterRole", accesses: readonly Access[], namespace: string): string[] {
  const binding = kind === "Role" ? `--namespace ${namespace} create rolebinding` : "create clusterrolebinding";
  const name = kind === "Role" ? roleName : `${roleName}-${namespace}`;
  return [
    "---",
    `# then: kubectl ${binding} ${name} --${kind.toLowerCase()}=${name} --user=NAME`,
    roleManifest(kind, `{name: ${name}${kind === "Role" ? `, namespace: ${namespace}` : ""}}`, rulesOf(accesses)),
  ];
}

/** As YAML, a rule a line. */
export function roleManifest(kind: "Role" | "ClusterRole", metadata: string, rules: readonly Need[]): string {
  return [
    "apiVersion: rbac.authorization.k8s.io/v1",
    `kind: ${kind}`,
    `metadata: ${metadata}`,
    "rules:",
    ...rules.map(
      ({ group, resources, verbs, names }) =>
        `  - {apiGroups: ["${group}"], resources: [${resources.join(", ")}], ` +
        `${names === undefined ? "" : `resourceNames: [${names.join(", ")}], `}verbs: [${verbs.join(", ")}]}`,
    ),
  ].join("\n");
}

const roleName = "trident-etcd-installer";

/** Resources of one group with the same verbs become one rule. */
export function rulesOf(accesses: readonly Access[]): Need[] {
  const verbsOf = new Map<string, { group: string; resource: string; name?: string; verbs: string[] }>();
  for (const { group, resource, verb, name } of accesses) {
    const key = `${group}/${resource}/${name ?? ""}`;
    const known = verbsOf.get(key) ?? { group, resource, ...(name === undefined ? {} : { name }), verbs: [] };
    known.verbs.push(verb);
    verbsOf.set(key, known);
  }
  const rules = new Map<string, { group: string; resources: string[]; names?: string[]; verbs: string[] }>();
  for (const { group, resource, name, verbs } of verbsOf.values()) {
    const key = `${group}:${name ?? ""}:${[...verbs].sort().join(",")}`;
    const rule = rules.get(key) ?? { group, resources: [], ...(name === undefined ? {} : { names: [name] }), verbs };
    rule.resources.push(resource);
    rules.set(key, rule);
  }
  return [...rules.values()];
}
