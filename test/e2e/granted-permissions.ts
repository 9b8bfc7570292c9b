import type { V1PolicyRule } from "@kubernetes/client-node";
import type { AuditedCall } from "./audit-log.ts";
import type { PrintedRoles } from "./printed-roles.ts";

/** As `verb resource.group`, of one object `verb resource.group/name`, and ` in the cluster` where a ClusterRole grants it. */
export function permissionsOf({ role, clusterRole }: PrintedRoles): string[] {
  return [
    ...(role?.rules ?? []).flatMap(ofRule),
    ...(clusterRole?.rules ?? []).flatMap(ofRule).map((each) => `${each} in the cluster`),
  ];
}

/** Each that a call made use of, by whatever role; an object that server-side apply has made was created, too. */
export function usedBy(namespace: string, calls: readonly AuditedCall[]): Set<string> {
  return new Set(
    calls.flatMap((call) => {
      const verbs = call.verb === "patch" && call.code === 201 ? ["patch", "create"] : [call.verb];
      const names = verbs.flatMap((verb) => {
        const name = permission(verb, call.group, call.resource);
        return [name, `${name}/${call.name}`];
      });
      return call.namespace === namespace && call.resource !== "namespaces"
        ? names
        : names.map((name) => `${name} in the cluster`);
    }),
  );
}

/** The roles without one verb of one rule, which is named with its resources. */
export function eachLeftOut({
  role,
  clusterRole,
}: PrintedRoles): { readonly verb: string; readonly roles: PrintedRoles }[] {
  const without = (rules: readonly V1PolicyRule[]) =>
    rules.flatMap((rule, index) =>
      rule.verbs.map((verb) => {
        const verbs = rule.verbs.filter((other) => other !== verb);
        const rest = verbs.length === 0 ? [] : [Object.assign({}, rule, { verbs })];
        return {
          verb: `${verb} ${(rule.resources ?? []).join(", ")}`,
          rules: [...rules.slice(0, index), ...rest, ...rules.slice(index + 1)],
        };
      }),
    );
  return [
    ...without(role?.rules ?? []).map(({ verb, rules }) => ({
      verb,
      roles: { role: Object.assign({}, role, { rules }), clusterRole },
    })),
    ...without(clusterRole?.rules ?? []).map(({ verb, rules }) => ({
      verb,
      roles: { role, clusterRole: Object.assign({}, clusterRole, { rules }) },
    })),
  ] as { verb: string; roles: PrintedRoles }[];
}

function ofRule({ verbs, apiGroups = [], resources = [], resourceNames: names }: V1PolicyRule): string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) => {
        const each = permission(verb, group, resource);
        return names === undefined ? [each] : names.map((name) => `${each}/${name}`);
      }),
    ),
  );
}

function permission(verb: string, group: string, resource: string): string {
  return `${verb} ${resource}${group === "" ? "" : `.${group}`}`;
}
