import type { V1LabelSelector, V1NetworkPolicy } from "@kubernetes/client-node";
import { isOurs } from "../../../kubernetes/ownership.ts";
import type { TriedPod } from "../../read/namespace/try-pods.ts";
import { atRisk, nothingFound, type Findings } from "../findings.ts";

/**
 * Policies by which pods of ours may not connect to everything. What a policy lets through can't be compared with where the API server,
 * the DNS and the storage are, so this only tells; who may reach the members is the stack's own policy's to say.
 */
export function checkNetworkPolicies(
  namespace: string,
  policies: readonly V1NetworkPolicy[],
  pods: readonly Pick<TriedPod, "what" | "pod" | "role">[],
): Findings {
  const limiting = policies.filter((policy) => !isOurs(policy) && limitsEgress(policy));
  const held = pods
    .filter(({ role }) => role === "operator" || role === "member" || role === "trident")
    .map(({ what, pod }) => ({
      what,
      by: limiting.filter(({ spec }) => selects(spec?.podSelector ?? {}, pod.metadata?.labels ?? {})),
    }))
    // Policies add to each other: one that lets everything through is enough.
    .filter(({ by }) => by.length > 0 && !by.some(letsAllOut));
  if (held.length === 0) return nothingFound;
  const names = [...new Set(held.flatMap(({ by }) => by.map(({ metadata }) => metadata?.name ?? "")))];
  return atRisk(
    "service",
    `NetworkPolicy ${names.join(", ")} of namespace ${namespace} limits what ${held.map(({ what }) => what).join(", ")} may connect to. They need ` +
      "DNS (port 53), the members (TCP 2379 and 2380), the API server, and Trident its storage: without these they never get ready.",
  );
}

function limitsEgress({ spec }: V1NetworkPolicy): boolean {
  return spec?.policyTypes === undefined ? spec?.egress !== undefined : spec.policyTypes.includes("Egress");
}

function letsAllOut({ spec }: V1NetworkPolicy): boolean {
  return (spec?.egress ?? []).some(({ to = [], ports = [] }) => to.length === 0 && ports.length === 0);
}

function selects(
  { matchLabels = {}, matchExpressions = [] }: V1LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        case "In":
          return value !== undefined && values.includes(value);
        default:
          return value === undefined || !values.includes(value);
      }
    })
  );
}
