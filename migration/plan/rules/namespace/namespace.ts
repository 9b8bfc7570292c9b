import type { V1NetworkPolicy, V1ResourceQuota } from "@kubernetes/client-node";
import { isServing } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { nothingFound, together, type Findings } from "../findings.ts";
import { comingPods } from "./coming-pods.ts";
import { checkNetworkPolicies } from "./network-policies.ts";
import { checkQuotas, objectsToMake } from "./quota.ts";
import { checkSidecars } from "./sidecars.ts";
import { checkRefusedPods, checkUntried } from "./refused-pods.ts";

/** What the namespace refuses of what the run makes. */
export function checkNamespace(request: PlanRequest, facts: PlanFacts): Findings {
  const { namespace: read, flow } = facts;
  if (read === undefined || flow.refusal !== undefined || flow.flow === "rolledBack") return nothingFound;
  const { namespace } = request;
  const moments = comingPods(request, facts);
  const quotas = read.quotas as unknown as readonly V1ResourceQuota[] | undefined;
  const policies = (read.networkPolicies ?? []) as unknown as readonly V1NetworkPolicy[];
  const unlisted = [
    ...(quotas === undefined ? ["resourcequotas"] : []),
    ...(read.networkPolicies === undefined ? ["networkpolicies.networking.k8s.io"] : []),
  ];
  return together(
    checkQuotas({ namespace, quotas: quotas ?? [], pods: read.pods, moments, objects: objectsToMake(facts, moments) }),
    checkRefusedPods({
      namespace,
      pods: read.pods,
      moments,
      quotas: quotas?.map(({ metadata }) => metadata?.name ?? ""),
    }),
    // What could not be found out when it was installed was told of then.
    isServing(flow.flow) ? nothingFound : checkUntried({ namespace, pods: read.pods }, unlisted),
    isServing(flow.flow) ? nothingFound : checkSidecars(namespace, read.pods),
    isServing(flow.flow) ? nothingFound : checkNetworkPolicies(namespace, policies, read.pods),
  );
}
