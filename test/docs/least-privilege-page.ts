import { dump } from "js-yaml";
import { etcdClusterCrd } from "../../components/etcd/etcd-cluster-crd.ts";
import { newestApis } from "../../migration/kubernetes/cluster-apis.ts";
import { allOf, neededPermissions, runOf } from "../../migration/plan/read/permissions.ts";
import type { PlanRequest } from "../../migration/plan/plan-request.ts";
import { etcdRules } from "../../migration/plan/rules/etcd/destination.ts";
import { tridentClusterRole } from "../../migration/plan/rules/stack/given-objects.ts";
import { installerRoles } from "../../migration/plan/rules/stack/installer-roles.ts";
import { existingEtcd, planRequest } from "../migration/plan/scene/plan-scene.ts";
import { wishes } from "./wishes.ts";

/** What docs/least-privilege.md shows between its markers; write-least-privilege.ts writes it there. */
export const pageAddress = new URL("../../docs/least-privilege.md", import.meta.url);
/** The CRD as an administrator applies it: as a stack makes it, but without what says that a stack has made it. */
export const crdAddress = new URL("../../docs/etcdcluster-crd.yaml", import.meta.url);

const namespace = "trident";

const blocks: Readonly<Record<string, string>> = {
  migration: fenced(rolesOf({ migrate: true })),
  installation: fenced(rolesOf({ migrate: false })),
  "existing etcd": fenced(rolesOf({ migrate: false, ...existingEtcd() })),
  "in a namespace": fenced(rolesOf({ migrate: true, tridentClusterRole: "existing", etcdClusterCrd: "existing" })),
  "trident in the cluster": fenced(tridentClusterRole(namespace)),
  wishes: table(),
};

export function withBlocks(page: string): string {
  return page.replaceAll(/<!-- (.+) -->\n[^]*?<!-- end -->/g, (whole, name: string) => {
    const block = blocks[name];
    return block === undefined ? whole : `<!-- ${name} -->\n\n${block}\n\n<!-- end -->`;
  });
}

export function crdFile(): string {
  const { apiVersion, kind, metadata, spec } = etcdClusterCrd(newestApis) as unknown as Record<string, unknown>;
  const name = (metadata as { name: string }).name;
  return dump(withFieldsOfKubernetes({ apiVersion, kind, metadata: { name }, spec }), { noRefs: true });
}

function rolesOf(change: Partial<PlanRequest>): string {
  const request = planRequest(change);
  return installerRoles(
    allOf(neededPermissions(runOf(request, newestApis), etcdRules(request.destination).needs)),
    namespace,
  );
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

function table(): string {
  const rows = wishes(namespace).map(({ access: { verb, group, resource, namespace: place, name }, without }) => [
    `\`${verb} ${resource}${group === "" ? "" : `.${group}`}${name === undefined ? "" : ` ${name}`}\``,
    place === undefined ? "the cluster" : `\`${place}\``,
    without,
  ]);
  const all = [["may", "where", "without it"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(all[0] ?? []), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join(
    "\n",
  );
}

/** Pulumi writes `x-kubernetes-...` with underscores. */
function withFieldsOfKubernetes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withFieldsOfKubernetes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.startsWith("x_kubernetes_") ? key.replaceAll("_", "-") : key,
      withFieldsOfKubernetes(each),
    ]),
  );
}
