import type { V1Deployment, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { WrittenByBoth } from "../../blockers/two-tridents-blockers.ts";
import { isForbidden, type ClusterRequestError } from "../../kubernetes/errors.ts";
import { isOurs } from "../../kubernetes/ownership.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "../../record/migration-record.ts";
import { startedOn, type StartedOn } from "../../record/started-on.ts";
import { classifyDeployment, type DeploymentFinding, type LegacyTrident } from "../../trident/legacy/legacy-trident.ts";
import { claimFinding } from "../../trident/legacy/uninstalled-trident.ts";
import { newTridentName, newTridentState, type NewTridentState } from "../../trident/new/new-trident.ts";
import { writtenTo } from "../../undo/beside-legacy-trident.ts";
import type { PlanRequest } from "../plan-request.ts";
import type { ClusterReader } from "./cluster-reader.ts";
import { readManagers, type DeploymentManagers } from "./deployment-managers.ts";
import { readMove, type MoveRead } from "./move.ts";
import type { PlanEnvironment } from "./plan-environment.ts";

/** What stands of Trident, and what is recorded of it: the flow follows from these and from what is asked for. */
export interface TridentRead {
  /** Under the legacy Deployment's name; undefined where that can't be read. */
  readonly finding?: DeploymentFinding;
  /** Why not. */
  readonly unread?: string;
  /** This program's. */
  readonly newTrident?: V1Deployment | undefined;
  /** Of the legacy Deployment. */
  readonly managers?: DeploymentManagers;
  readonly record?: MigrationRecord | undefined;
  /** Why the record, which is there, can't be used. */
  readonly recordFailure?: MigrationRecordInvalidError;
  readonly beside?: BesideTridents;
  readonly move?: MoveRead;
}

/** A migration's own new Trident, which stands under another name until the stack's does. */
export interface BesideTridents {
  readonly standing: NewTridentState | undefined;
  /** Asked only where an old Trident is there beside the start of a new one. */
  readonly wrote: WrittenByBoth | undefined;
}

export async function readTrident(environment: PlanEnvironment, request: PlanRequest): Promise<TridentRead> {
  const path = deploymentPath(request);
  const deployment = (await environment.reader.read(path)) as V1Deployment | undefined;
  if (environment.reader.refusalOf(path) !== undefined) {
    return { unread: `Deployment ${request.legacyDeployment} can't be read` };
  }
  const finding: DeploymentFinding =
    deployment === undefined
      ? await readClaimAlone(environment, request)
      : classifyDeployment(deployment, request.legacyEtcdContainer);
  const isLegacy = deployment !== undefined && finding.kind === "legacy";
  return {
    finding,
    ...(finding.kind === "ours" ? { newTrident: deployment } : {}),
    ...(isLegacy ? { managers: await readManagers(environment.reader, deployment) } : {}),
    ...(await readRecorded(environment, request, finding)),
    ...(finding.kind === "ours" ? { move: await readMove(environment, request, deployment) } : {}),
  };
}

/** Set when what the flow is told by was refused for want of a permission. */
export function refusalOfTrident(
  reader: Pick<ClusterReader, "refusalOf">,
  request: PlanRequest,
): ClusterRequestError | undefined {
  return reader.refusalOf(deploymentPath(request)) ?? reader.refusalOf(claimsPath(request.namespace));
}

function claimsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
}

function deploymentPath({ namespace, legacyDeployment }: PlanRequest): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${legacyDeployment}`;
}

/** Without a Deployment: the state that an uninstalled Trident may have left. After a migration its claim is no more than a relic. */
async function readClaimAlone({ reader }: PlanEnvironment, request: PlanRequest): Promise<DeploymentFinding> {
  const { namespace, legacyClaim, rollback } = request;
  if (legacyClaim === undefined || rollback) return { kind: "absent" };
  const claims = (await reader.list(claimsPath(namespace))) as readonly V1PersistentVolumeClaim[] | undefined;
  return claimFinding(request, legacyClaim.claim, claims ?? []);
}

async function readRecorded(
  environment: PlanEnvironment,
  request: PlanRequest,
  finding: DeploymentFinding,
): Promise<Pick<TridentRead, "record" | "recordFailure" | "beside">> {
  try {
    const record = await readRecord(environment);
    const standing = await readNewTridentState(environment, request);
    const wrote = await readWritten(environment, request, finding, record, standing);
    return { record, beside: { standing, wrote } };
  } catch (error) {
    if (error instanceof MigrationRecordInvalidError) return { recordFailure: error };
    throw error;
  }
}

async function readRecord(environment: PlanEnvironment): Promise<MigrationRecord | undefined> {
  try {
    return await environment.findRecord();
  } catch (error) {
    // Among the permissions that are asked for.
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

async function readNewTridentState(
  { reader }: PlanEnvironment,
  { namespace }: PlanRequest,
): Promise<NewTridentState | undefined> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${newTridentName}`;
  const deployment = (await reader.read(path)) as V1Deployment | undefined;
  return deployment === undefined || !isOurs(deployment) ? undefined : newTridentState(deployment);
}

async function readWritten(
  environment: PlanEnvironment,
  request: PlanRequest,
  finding: DeploymentFinding,
  record: MigrationRecord | undefined,
  standing: NewTridentState | undefined,
): Promise<WrittenByBoth | undefined> {
  if (finding.kind !== "legacy" || finding.legacy.stoppedByMigration || !request.migrate) return undefined;
  if (record === undefined || record.rollbackPhase === "restoring") return undefined;
  const started = startedOn(record, standing);
  return started === undefined ? undefined : writtenByBoth(environment, request, finding.legacy, started);
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
