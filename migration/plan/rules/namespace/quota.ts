import type { V1Pod, V1ResourceQuota, V1ScopedResourceSelectorRequirement } from "@kubernetes/client-node";
import { isBestEffort, podTakes } from "../../../kubernetes/pod-resources.ts";
import { formatQuantity, parseQuantity } from "../../../kubernetes/quantity.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import { isEtcdAlone } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PodRole } from "../../read/namespace/planned-pods.ts";
import type { TriedPod } from "../../read/namespace/try-pods.ts";
import { blockedBy, nothingFound, type Findings } from "../findings.ts";
import type { Moment } from "./coming-pods.ts";

export interface QuotaFacts {
  readonly namespace: string;
  readonly quotas: readonly V1ResourceQuota[];
  readonly pods: readonly TriedPod[];
  readonly moments: readonly Moment[];
  /** How many objects of a kind are made, as `secrets` or `deployments.apps`. */
  readonly objects: ReadonlyMap<string, number>;
}

/** A dry run sees one pod at a time; here is counted what there is at the same time. */
export function checkQuotas(facts: QuotaFacts): Findings {
  const blockers = facts.quotas.flatMap((quota) => checkQuota(quota, facts));
  return blockers.length === 0 ? nothingFound : blockedBy(...blockers);
}

/** What a quota allows, and what there would be. */
interface Excess {
  readonly resource: string;
  readonly hard: string;
  readonly used: string;
  readonly added: number;
}

function checkQuota(quota: V1ResourceQuota, facts: QuotaFacts): Blocker[] {
  const { name = "" } = quota.metadata ?? {};
  const { hard = quota.spec?.hard ?? {}, used = {} } = quota.status ?? {};
  const excesses = Object.entries(hard).flatMap(([resource, allowed]): Excess[] => {
    const added = addedAtMost(resource, quota, facts);
    const before = used[resource] ?? "0";
    // A sum of thousandths is not exact.
    const isTooMuch = added > 0 && parseQuantity(before) + added > parseQuantity(allowed) * (1 + 1e-9);
    return isTooMuch ? [{ resource, hard: allowed, used: before, added }] : [];
  });
  if (excesses.length === 0) return [];
  const needed = excesses.map(({ resource, used: before, added }) => [
    resource,
    formatQuantity(parseQuantity(before) + added),
  ]);
  const patch = JSON.stringify({ spec: { hard: Object.fromEntries(needed) as Record<string, string> } });
  const comes = describeMoments(facts);
  return [
    {
      kind: "quotaExceeded",
      object: `ResourceQuota/${name}`,
      message: `ResourceQuota ${name} of namespace ${facts.namespace} does not suffice: ${excesses.map(describe).join("; ")}${comes}.`,
      remedy:
        `Have an administrator allow that much: \`kubectl --namespace ${facts.namespace} patch resourcequota ${name} --type merge ` +
        `--patch '${patch}'\`; or free it.`,
    },
  ];
}

/** `pods: 5 more where 3 are allowed and 1 is used` */
function describe({ resource, hard, used, added }: Excess): string {
  return `${resource}: ${formatQuantity(added)} more where ${hard} is allowed and ${used} used`;
}

const names: readonly (readonly [role: PodRole, one: string, many: string])[] = [
  ["member", "etcd member", "etcd members"],
  ["operator", "etcd-operator", "etcd-operators"],
  ["trident", "new Trident", "new Tridents"],
  ["gateway", "gateway", "gateways"],
  ["source", "etcd on the old claim", "etcds on the old claim"],
  ["imageCheck", "check of the old etcd's image", "checks of the old etcd's image"],
  ["pull", "pull of an image", "pulls of images"],
  ["oldTrident", "old Trident", "old Tridents"],
];

/** All that comes, whenever: one can see from it where the numbers are from. */
function describeMoments({ moments }: QuotaFacts): string {
  const all = names.flatMap(([role, one, many]) => {
    const most = Math.max(0, ...moments.map((moment) => moment[role] ?? 0));
    return most === 0 ? [] : [`${most} ${most === 1 ? one : many}`];
  });
  const atOnce = moments.length > 1 ? ", not all at once" : "";
  return all.length === 0 ? "" : ` (the pods that come are ${all.join(", ")}${atOnce})`;
}

function addedAtMost(resource: string, quota: V1ResourceQuota, { moments, pods, objects }: QuotaFacts): number {
  const takes = takesOf(resource);
  if (takes === undefined) return objects.get(resource.replace(/^count\//, "")) ?? 0;
  const byRole = new Map(
    pods.map((tried) => {
      const pod = tried.outcome.kind === "admitted" ? tried.outcome.pod : tried.pod;
      return [tried.role, isCounted(quota, pod) ? takes(pod) : 0];
    }),
  );
  const at = (moment: Moment) =>
    Object.entries(moment).reduce((sum, [role, count]) => sum + count * (byRole.get(role as PodRole) ?? 0), 0);
  return Math.max(0, ...moments.map(at));
}

/** Undefined for what is not about pods. */
function takesOf(resource: string): ((pod: V1Pod) => number) | undefined {
  if (resource === "pods" || resource === "count/pods") return () => 1;
  const [, kind = "requests", what = ""] =
    /^(?:(requests|limits)\.)?((?:cpu|memory|ephemeral-storage|hugepages-\S+))$/.exec(resource) ?? [];
  return what === "" ? undefined : (pod) => podTakes(pod, kind as "requests" | "limits", what);
}

/** Whether the quota is about such pods at all. */
function isCounted({ spec }: V1ResourceQuota, pod: V1Pod): boolean {
  const scopes = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists" }));
  return [...scopes, ...(spec?.scopeSelector?.matchExpressions ?? [])].every((scope) => isInScope(scope, pod));
}

function isInScope(
  { scopeName, operator, values = [] }: V1ScopedResourceSelectorRequirement,
  { spec }: V1Pod,
): boolean {
  switch (scopeName) {
    case "Terminating":
      return spec?.activeDeadlineSeconds !== undefined;
    case "NotTerminating":
      return spec?.activeDeadlineSeconds === undefined;
    case "BestEffort":
      return isBestEffort({ spec } as V1Pod);
    case "NotBestEffort":
      return !isBestEffort({ spec } as V1Pod);
    case "PriorityClass": {
      const name = spec?.priorityClassName;
      if (operator === "Exists") return name !== undefined;
      if (operator === "DoesNotExist") return name === undefined;
      const isListed = name !== undefined && values.includes(name);
      return operator === "NotIn" ? !isListed : isListed;
    }
    default:
      // Of another scope nobody knows here: the dry run says what there is to say.
      return false;
  }
}

/** Those that the run makes: counted by the paths at which they are not yet. */
export function objectsToMake(
  { objects, flow, newTrident }: Pick<PlanFacts, "objects" | "flow" | "newTrident">,
  moments: readonly Moment[],
): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (resource: string, count = 1) => counts.set(resource, (counts.get(resource) ?? 0) + count);
  if (moments.length === 0 || flow.flow === "rollback") return counts;
  for (const { path, served, isOptional, isHidden } of objects) {
    const [, group, resource] = /^\/(?:api|apis\/([^/]+))\/[^/]+\/namespaces\/[^/]+\/([^/]+)\/[^/]+$/.exec(path) ?? [];
    if (resource === undefined || served !== undefined || isOptional === true || isHidden === true) continue;
    add(group === undefined ? resource : `${resource}.${group}`);
  }
  const deployments = ["operator", "trident"] as const;
  const coming = deployments.filter((role) => moments.some((moment) => (moment[role] ?? 0) > 0));
  if (coming.length > 0) add("replicasets.apps", coming.length);
  // Trident's own Deployment, which is not among the objects; a migration's goes before it comes.
  if (newTrident === undefined && !isEtcdAlone(flow.flow)) add("deployments.apps");
  if (flow.flow === "migrate" || flow.flow === "move") add("leases.coordination.k8s.io");
  return counts;
}
