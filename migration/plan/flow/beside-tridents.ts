import type { V1Deployment } from "@kubernetes/client-node";
import { isOurs } from "../../kubernetes/ownership.ts";
import type { DeploymentFinding, LegacyTrident } from "../../trident/legacy/legacy-trident.ts";
import type { MigrationRecord } from "../../record/migration-record.ts";
import { isNothingLost, writtenTo } from "../../undo/beside-legacy-trident.ts";
import { startedOn, type StartedOn } from "../../record/started-on.ts";
import { givenUpKeys } from "../../undo/take-back-new-trident.ts";
import {
  bothTridents,
  newTridentStands,
  oldTridentRestored,
  rollbackRequested,
  type WrittenByBoth,
} from "../../blockers/two-tridents-blockers.ts";
import { newTridentName, standingNewTrident, type StandingNewTrident } from "../../trident/new/new-trident.ts";
import type { FlowFinding } from "./flow-finding.ts";
import type { PlanEnvironment } from "../read/plan-environment.ts";
import type { PlanRequest } from "../plan-request.ts";

/**
 * What stands beside what the settings ask for: a new Trident of a migration that is no longer asked for, or an old one that no
 * migration and no rollback has put there. Undefined when nothing does, or nothing would be lost by it.
 */
export async function flowBeside(
  environment: PlanEnvironment,
  request: PlanRequest,
  found: DeploymentFinding,
  record: MigrationRecord | undefined,
): Promise<FlowFinding | undefined> {
  const standing = await findNewTrident(environment, request);
  if (!request.migrate && found.kind !== "legacy") return withoutMigrate(request, standing, record);
  if (found.kind !== "legacy" || found.legacy.stoppedByMigration || !request.migrate) return undefined;
  if (record?.rollbackPhase === "restoring") return undefined;
  const started = startedOn(record, standing);
  if (started === undefined || record === undefined) return undefined;
  const wrote = await writtenByBoth(environment, request, found.legacy, started);
  const isGivenUp = isNothingLost(wrote.new, givenUpKeys(request, record));
  const tridents = { namespace: request.namespace, old: request.legacyDeployment, new: newTridentName };
  if (record.phase === "copied" && standing === undefined) {
    if (request.rollback && isGivenUp) return undefined;
    const flow = request.rollback ? "rollback" : "migrated";
    const why = `ConfigMap ${request.record} has the finished migration, and Deployment ${found.legacy.name} is an old Trident again`;
    return { flow, why, refusal: oldTridentRestored(tridents, wrote) };
  }
  if (isGivenUp) return undefined;
  const why = `an earlier migration started a new Trident and did not end, and Deployment ${found.legacy.name} was changed since`;
  return { flow: "resume", why, refusal: bothTridents(tridents, wrote, found.legacy.replicas === 0) };
}

function withoutMigrate(
  { namespace, record: name }: PlanRequest,
  standing: StandingNewTrident | undefined,
  record: MigrationRecord | undefined,
): FlowFinding | undefined {
  if (record?.rollback === "requested") {
    const why = "setting migrate is false, and an earlier run was asked to roll the migration back";
    return { flow: "migrated", why, refusal: rollbackRequested(namespace, name) };
  }
  if (standing === undefined) return undefined;
  const why = "setting migrate is false, and an earlier migration did not end";
  return { flow: "resume", why, isCopied: true, refusal: newTridentStands(namespace, newTridentName) };
}

async function findNewTrident(
  { reader }: PlanEnvironment,
  { namespace }: PlanRequest,
): Promise<StandingNewTrident | undefined> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${newTridentName}`;
  const deployment = (await reader.read(path)) as V1Deployment | undefined;
  return deployment === undefined || !isOurs(deployment) ? undefined : standingNewTrident(deployment);
}

/** What can't be asked is not known, and so not given up. */
async function writtenByBoth(
  environment: PlanEnvironment,
  { prefix }: PlanRequest,
  legacy: LegacyTrident,
  started: StartedOn,
): Promise<WrittenByBoth> {
  const ask = async (side: "source" | "destination"): Promise<number | undefined> => {
    try {
      const store = await (side === "source" ? environment.openSource(legacy) : environment.openDestination());
      try {
        return await writtenTo(store, prefix, started, side);
      } finally {
        await store?.close();
      }
    } catch {
      return undefined;
    }
  };
  const [old, fresh] = await Promise.all([ask("source"), ask("destination")]);
  return { old, new: fresh };
}
