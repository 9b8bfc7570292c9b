import { persistentVolumeClaim } from "../../../blockers/legacy-blockers.ts";
import { problemOfClaim } from "../../../trident/legacy/check-claim.ts";
import type { LegacyTrident } from "../../../trident/legacy/legacy-trident.ts";
import type { ClaimPlan } from "../../migration-plan.ts";
import type { ClaimFacts } from "../../read/claim.ts";
import { blockedBy, type Findings } from "../findings.ts";

export function planClaim(legacy: LegacyTrident, { claim, reclaimPolicy }: ClaimFacts): ClaimPlan {
  return {
    name: legacy.claim,
    ...present("phase", claim?.status?.phase),
    ...present("volume", claim?.spec?.volumeName),
    ...present("reclaimPolicy", reclaimPolicy),
    ...present("storageClass", claim?.spec?.storageClassName),
    ...present("capacity", claim?.status?.capacity?.storage),
  };
}

export function checkClaim(legacy: LegacyTrident, facts: ClaimFacts): Findings {
  const problem = problemOfClaim(facts.claim);
  const problems = [
    ...(problem === undefined ? [] : [problem]),
    ...facts.foreignPods.map((pod) =>
      legacy.isUninstalled === true
        ? `is mounted by pod ${pod}`
        : `is mounted by pod ${pod}, too, which is not the Deployment's`,
    ),
  ];
  return blockedBy(...problems.map((each) => persistentVolumeClaim(legacy, each)));
}

function present<K extends keyof ClaimPlan>(key: K, value: ClaimPlan[K] | undefined): Partial<Pick<ClaimPlan, K>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Pick<ClaimPlan, K>>);
}
