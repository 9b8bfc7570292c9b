import type { DeploymentFinding, LegacyTrident } from "../../trident/legacy/legacy-trident.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "../../record/migration-record.ts";
import {
  foreignTrident,
  legacyClaimPresent,
  legacyTridentPresent,
  noLegacyTrident,
  stoppedTridentDeleted,
} from "../../blockers/legacy-blockers.ts";
import type { PlanRequest } from "../plan-request.ts";
import type { TridentRead } from "../read/trident.ts";
import { flowBeside } from "./beside-tridents.ts";
import { decideMove } from "./move-flow.ts";
import { decideEtcdAlone } from "./etcd-alone-flow.ts";
import type { FlowFinding, FlowRequest } from "./flow-finding.ts";
import { decideRollback, unfinishedRollback } from "./rollback-flow.ts";

/**
 * The flow that follows from what was read of Trident, and the failure of a record that can't tell it.
 *
 * @param hasEtcd whether the stack's own etcd stands.
 */
export function flowOf(
  request: PlanRequest,
  { finding, unread = "", record, recordFailure, beside, move = {} }: TridentRead,
  hasEtcd = false,
): { readonly flow: FlowFinding; readonly recordFailure?: MigrationRecordInvalidError } {
  if (finding === undefined) return { flow: flowBySettings(request, unread) };
  const withoutRecord = (failure: MigrationRecordInvalidError) => ({
    flow: request.rollback
      ? ({ flow: "rollback", why: "a rollback is asked for" } as const)
      : decideFlow(request, finding, undefined, hasEtcd),
    recordFailure: failure,
  });
  if (recordFailure !== undefined) return withoutRecord(recordFailure);
  try {
    const moved = decideMove(request, finding, record, move);
    if (moved !== undefined) return { flow: moved };
    const besides = beside && flowBeside(request, finding, record, beside);
    return { flow: besides ?? decideFlow(request, finding, record, hasEtcd) };
  } catch (error) {
    if (error instanceof MigrationRecordInvalidError) return withoutRecord(error);
    throw error;
  }
}

function flowBySettings({ trident, migrate, rollback }: FlowRequest, why: string): FlowFinding {
  if (trident === false) return { flow: "installEtcd", why: `no Trident is asked for; ${why}` };
  if (rollback) return { flow: "rollback", why: `a rollback is asked for; ${why}` };
  return { flow: migrate ? "migrate" : "install", why: `${migrate ? "a" : "no"} migration is asked for; ${why}` };
}

/**
 * Tells the flows apart by what is asked for, by what stands under the Deployment's name, and by the record.
 * Raises MigrationRecordInvalidError when the record does not hold what a rollback is to put back.
 */
export function decideFlow(
  request: FlowRequest,
  deployment: DeploymentFinding,
  record: MigrationRecord | undefined,
  hasEtcd = false,
): FlowFinding {
  if (request.trident === false) return decideEtcdAlone(request, deployment, record, hasEtcd);
  if (request.rollback) return decideRollback(request, deployment, record);
  const unfinished = unfinishedRollback(request, deployment, record);
  if (unfinished !== undefined) return unfinished;
  switch (deployment.kind) {
    case "absent":
      return flowWithoutDeployment(request, record, deployment);
    case "uninstalled":
      return flowOfClaim(request, deployment, record);
    case "ours":
      return flowOfOurs(request, deployment.isMigrated === true, record);
    case "foreign":
      return {
        flow: request.migrate ? "migrate" : "install",
        why: `Deployment ${request.legacyDeployment} is neither a Trident with an embedded etcd nor this program's`,
        refusal: foreignTrident(request.namespace, request.legacyDeployment, deployment.why),
      };
    case "legacy":
      return flowOfLegacy(request, deployment.legacy, record);
  }
}

function flowWithoutDeployment(
  request: FlowRequest,
  record: MigrationRecord | undefined,
  {
    claims: labelled = [],
    stale = [],
  }: { readonly claims?: readonly string[]; readonly stale?: readonly string[] } = {},
): FlowFinding {
  const { namespace, legacyDeployment, legacyClaim } = request;
  if (record?.phase === "copied") {
    return {
      flow: "resume",
      why: "the state was copied and verified, and the new Trident does not stand yet",
      isCopied: true,
    };
  }
  if (!request.migrate) {
    const why = `no migration is asked for, and there is no Deployment ${legacyDeployment}`;
    return { flow: "install", why, ...refuseClaims(request, { claims: labelled, stale }, record) };
  }
  const why = `a migration is asked for, and there is no Deployment ${legacyDeployment}`;
  const refusal =
    record?.phase === "stopped"
      ? stoppedTridentDeleted(namespace, legacyDeployment, request.record)
      : noLegacyTrident(namespace, legacyDeployment, { claim: legacyClaim?.claim, labelled });
  return { flow: "migrate", why, refusal };
}

/** Trident was uninstalled, or its Deployment deleted, and its state is left on its claim. */
function flowOfClaim(
  request: FlowRequest,
  { legacy, claims, stale = [] }: Extract<DeploymentFinding, { kind: "uninstalled" }>,
  record: MigrationRecord | undefined,
): FlowFinding {
  if (record?.phase !== undefined) return flowWithoutDeployment(request, record);
  const what = `there is no Deployment ${legacy.name}, but its PersistentVolumeClaim ${legacy.claim} is left`;
  if (!request.migrate) {
    const refused = refuseClaims(request, { claims, stale }, record);
    return { flow: "install", why: `no migration is asked for; ${what}`, ...refused };
  }
  if (hasFirstPass(record)) {
    return { flow: "resume", why: `an earlier migration began its copy and did not end; ${what}`, legacy };
  }
  return { flow: "migrate", why: `a migration is asked for; ${what}`, legacy };
}

/** Not for a Trident that has served from this stack's etcd: its state is there, and its Deployment is only made again. */
function refuseClaims(
  { namespace, abandonedClaims = [], restoreFrom }: FlowRequest,
  { claims, stale }: { readonly claims: readonly string[]; readonly stale: readonly string[] },
  record: MigrationRecord | undefined,
): Pick<FlowFinding, "refusal" | "besideClaims"> {
  if (record?.etcdHeldKeys === "true") return {};
  const left = claims.filter((claim) => !abandonedClaims.includes(claim));
  if (left.length === 0) return {};
  if (restoreFrom !== undefined) return { besideClaims: left };
  const stillStale = stale.filter((claim) => left.includes(claim));
  return { refusal: legacyClaimPresent(namespace, left, stillStale) };
}

function flowOfOurs(request: FlowRequest, isMigrated: boolean, record: MigrationRecord | undefined): FlowFinding {
  const { namespace, legacyDeployment } = request;
  const why = `Deployment ${legacyDeployment} is this program's`;
  if (record?.phase === "copied") {
    return { flow: "migrated", why: `${why}, and ConfigMap ${request.record} has the finished migration` };
  }
  if (isMigrated && record?.phase === undefined) {
    return { flow: "migrated", why: `${why}, and says that its state was migrated`, isRecordLost: true };
  }
  if (!request.migrate) return { flow: "installed", why: `${why}, and nothing was migrated` };
  const found = "Trident already runs on an external etcd made by this project";
  return { flow: "installed", why, refusal: noLegacyTrident(namespace, legacyDeployment, found) };
}

function flowOfLegacy(request: FlowRequest, legacy: LegacyTrident, record: MigrationRecord | undefined): FlowFinding {
  const what = `Deployment ${legacy.name} runs Trident with its etcd in the same pod`;
  if (!request.migrate) {
    return {
      flow: "install",
      why: `no migration is asked for, but ${what}`,
      legacy,
      refusal: legacyTridentPresent(legacy),
    };
  }
  if (legacy.stoppedByMigration && record?.phase === "copied") {
    const why = `an earlier migration copied and verified the state, and did not come to delete Deployment ${legacy.name}`;
    return { flow: "resume", why, legacy, isCopied: true };
  }
  if (legacy.stoppedByMigration) {
    return { flow: "resume", why: `an earlier migration stopped Deployment ${legacy.name} and did not end`, legacy };
  }
  if (hasFirstPass(record)) {
    return { flow: "resume", why: `an earlier migration began its copy and did not end; ${what}`, legacy };
  }
  return { flow: "migrate", why: `a migration is asked for, and ${what}`, legacy };
}

/** Whether keys that a migration copied from the serving Trident may stand in the new etcd. */
export function hasFirstPass(record: MigrationRecord | undefined): boolean {
  return record?.firstPass !== undefined;
}
