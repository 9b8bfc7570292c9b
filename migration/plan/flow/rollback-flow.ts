import type { DeploymentFinding } from "../../trident/legacy/legacy-trident.ts";
import type { MigrationRecord } from "../../record/migration-record.ts";
import { foreignTrident } from "../../blockers/legacy-blockers.ts";
import {
  noDeploymentToPutBack,
  noManifest,
  nothingToRollBack,
  rollbackUnfinished,
} from "../../blockers/rollback-blockers.ts";
import { recordedRollback } from "../../rollback/carried-back.ts";
import { legacyInRecord } from "../../trident/legacy/unfinished-migration.ts";
import type { FlowFinding, FlowRequest } from "./flow-finding.ts";

/** Where a rollback is asked for: whether there is something to take back, something to finish, or it was done. */
export function decideRollback(
  request: FlowRequest,
  deployment: DeploymentFinding,
  record: MigrationRecord | undefined,
): FlowFinding {
  const { namespace, legacyDeployment } = request;
  const why = "a rollback is asked for";
  if (deployment.kind === "foreign") {
    const refusal = foreignTrident(namespace, legacyDeployment, deployment.why);
    return { flow: "rollback", why: `${why}, and Deployment ${legacyDeployment} is neither Trident's`, refusal };
  }
  if (record?.phase !== "copied") return withoutMigration(request, deployment, record);
  if (record.legacyDeployment === undefined) {
    const { legacyClaim: claim } = record;
    const refusal =
      claim === undefined
        ? noManifest(namespace, request.record)
        : noDeploymentToPutBack(namespace, request.record, claim);
    return { flow: "rollback", why: `${why}, and ConfigMap ${request.record} has the finished migration`, refusal };
  }
  if (deployment.kind === "legacy" && record.rollbackPhase !== "restoring") {
    if (deployment.legacy.stoppedByMigration) {
      const found = `the migration has not ended: Deployment ${legacyDeployment} is stopped, and not deleted yet`;
      return { flow: "rollback", why, refusal: nothingToRollBack(namespace, legacyDeployment, found) };
    }
    const byHand = `Deployment ${legacyDeployment} is an old Trident that somebody put back by hand: it is made anew as it is`;
    return { flow: "rollback", why: `${why}, and ${byHand}`, isCopied: true };
  }
  // An old Trident that stands is only waited for: what the etcds hold is its own affair by then.
  if (deployment.kind === "legacy") {
    return { flow: "rollback", why: `${why}, and ${whatIsThere(request, deployment, record)}`, isCopied: true };
  }
  const putBack = legacyInRecord(record, request.legacyEtcdContainer);
  return { flow: "rollback", why: `${why}, and ${whatIsThere(request, deployment, record)}`, putBack };
}

/** A rollback that had put the old Trident back and did not end is to be finished: the old Trident has the newer state. */
export function unfinishedRollback(
  request: FlowRequest,
  deployment: DeploymentFinding,
  record: MigrationRecord | undefined,
): FlowFinding | undefined {
  if (deployment.kind !== "legacy" || deployment.legacy.stoppedByMigration) return undefined;
  if (record?.phase !== "copied" || record.rollbackPhase !== "restoring") return undefined;
  return {
    flow: "rollback",
    why: `an earlier run put Deployment ${request.legacyDeployment} back and did not end`,
    refusal: rollbackUnfinished(request.namespace, request.legacyDeployment),
  };
}

function withoutMigration(
  { namespace, legacyDeployment, record: name }: FlowRequest,
  deployment: DeploymentFinding,
  record: MigrationRecord | undefined,
): FlowFinding {
  const why = "a rollback is asked for";
  const ended = recordedRollback(record);
  if (ended !== undefined && deployment.kind === "legacy" && record?.phase === undefined) {
    return { flow: "rolledBack", why: `${why}, and ConfigMap ${name} has the finished rollback` };
  }
  const found =
    deployment.kind === "legacy" && !deployment.legacy.stoppedByMigration
      ? `the old Trident serves with its embedded etcd (Deployment ${legacyDeployment})`
      : `ConfigMap ${name} has no finished migration`;
  return { flow: "rollback", why, refusal: nothingToRollBack(namespace, legacyDeployment, found) };
}

function whatIsThere(
  { legacyDeployment, record: name }: FlowRequest,
  { kind }: DeploymentFinding,
  record: MigrationRecord,
) {
  if (kind === "legacy") return `an earlier run put Deployment ${legacyDeployment} back and did not end`;
  if (record.rollbackPhase !== undefined) return "an earlier run began to carry the state back and did not end";
  if (kind === "absent") return `an earlier run stopped the new Trident and did not end`;
  return `ConfigMap ${name} has the finished migration`;
}
