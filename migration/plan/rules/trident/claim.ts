import { persistentVolumeClaim } from "../../../blockers/legacy-blockers.ts";
import { problemOfClaim, staleBlocker } from "../../../trident/legacy/check-claim.ts";
import { staleSince, unmarkCommands } from "../../../trident/legacy/stale-claim.ts";
import type { LegacyTrident } from "../../../trident/legacy/legacy-trident.ts";
import type { ClaimPlan } from "../../migration-plan.ts";
import type { ClaimFacts } from "../../read/claim.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";

export function planClaim(legacy: LegacyTrident, { claim, reclaimPolicy }: ClaimFacts): ClaimPlan {
  return {
    name: legacy.claim,
    ...present("phase", claim?.status?.phase),
    ...present("volume", claim?.spec?.volumeName),
    ...present("reclaimPolicy", reclaimPolicy),
    ...present("storageClass", claim?.spec?.storageClassName),
    ...present("capacity", claim?.status?.capacity?.storage),
    ...present("staleSince", staleSince(claim)),
  };
}

/** @param isPutBack whether a rollback makes its state the newest again. */
export function checkClaim(legacy: LegacyTrident, facts: ClaimFacts, isPutBack = false): Findings {
  const problem = problemOfClaim(facts.claim);
  const problems = [
    ...(problem === undefined ? [] : [problem]),
    ...facts.foreignPods.map((pod) =>
      legacy.isUninstalled === true
        ? `is mounted by pod ${pod}`
        : `is mounted by pod ${pod}, too, which is not the Deployment's`,
    ),
  ];
  const stale = staleBlocker(legacy, facts.claim);
  return together(
    blockedBy(...problems.map((each) => persistentVolumeClaim(legacy, each)), ...(stale === undefined ? [] : [stale])),
    isPutBack ? nothingFound : checkMarkOfStanding(legacy, facts),
  );
}

/** Whoever installs an old Trident anew on such a claim has it begin at the state of before the migration. */
function checkMarkOfStanding(legacy: LegacyTrident, { claim }: ClaimFacts): Findings {
  const since = staleSince(claim);
  if (since === undefined || legacy.isUninstalled === true) return nothingFound;
  return atRisk(
    "state",
    `PersistentVolumeClaim ${legacy.claim} is marked as stale since ${since}: a migration had moved Trident's state on from it then. ` +
      `Deployment ${legacy.name} has begun at that state again, or the mark is no longer true: take it off with ${unmarkCommands(legacy)}.`,
  );
}

function present<K extends keyof ClaimPlan>(key: K, value: ClaimPlan[K] | undefined): Partial<Pick<ClaimPlan, K>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Pick<ClaimPlan, K>>);
}
