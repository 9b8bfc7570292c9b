import {
  bothTridents,
  newTridentStands,
  legacyRestored,
  rollbackRequested,
} from "../../blockers/two-tridents-blockers.ts";
import type { MigrationRecord } from "../../record/migration-record.ts";
import type { DeploymentFinding } from "../../trident/legacy/legacy-trident.ts";
import { newTridentName, type NewTridentState } from "../../trident/new/new-trident.ts";
import { isNothingLost } from "../../undo/beside-legacy-trident.ts";
import { givenUpKeys } from "../../undo/undo-new-trident.ts";
import type { PlanRequest } from "../plan-request.ts";
import type { BesideTridents } from "../read/trident.ts";
import type { FlowFinding } from "./flow-finding.ts";

/**
 * What stands beside what is asked for: a new Trident of a migration that is no longer asked for, or an old one that no
 * migration and no rollback has put there. Undefined when nothing does, or nothing would be lost by it.
 */
export function flowBeside(
  request: PlanRequest,
  found: DeploymentFinding,
  record: MigrationRecord | undefined,
  { standing, wrote }: BesideTridents,
): FlowFinding | undefined {
  if (!request.migrate && found.kind !== "legacy") return withoutMigrate(request, standing, record);
  if (found.kind !== "legacy" || record === undefined || wrote === undefined) return undefined;
  const isGivenUp = isNothingLost(wrote.new, givenUpKeys(request, record));
  const tridents = { namespace: request.namespace, old: request.legacyDeployment, new: newTridentName };
  if (record.phase === "copied" && standing === undefined) {
    if (request.rollback && isGivenUp) return undefined;
    const flow = request.rollback ? "rollback" : "migrated";
    const why = `ConfigMap ${request.record} has the finished migration, and Deployment ${found.legacy.name} is an old Trident again`;
    return { flow, why, refusal: legacyRestored(tridents, wrote) };
  }
  if (isGivenUp) return undefined;
  const why = `an earlier migration started a new Trident and did not end, and Deployment ${found.legacy.name} was changed since`;
  return { flow: "resume", why, refusal: bothTridents(tridents, wrote, found.legacy.replicas === 0) };
}

function withoutMigrate(
  { namespace, record: name }: PlanRequest,
  standing: NewTridentState | undefined,
  record: MigrationRecord | undefined,
): FlowFinding | undefined {
  if (record?.rollback === "requested") {
    const why = "no migration is asked for, and an earlier run was asked to roll the migration back";
    return { flow: "migrated", why, refusal: rollbackRequested(namespace, name) };
  }
  if (standing === undefined) return undefined;
  const why = "no migration is asked for, and an earlier migration did not end";
  return { flow: "resume", why, isCopied: true, refusal: newTridentStands(namespace, newTridentName) };
}
