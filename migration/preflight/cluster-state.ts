import type { DeploymentFinding, LegacyTrident } from "../legacy/legacy-trident.ts";
import type { MigrationRecord } from "../legacy/migration-record.ts";
import {
  ForeignTridentError,
  LegacyTridentPresentError,
  NoLegacyTridentError,
  StoppedTridentDeletedError,
} from "./errors.ts";

/**
 * - `fresh`: nothing there
 * - `legacy`: a Trident with an embedded etcd, to be migrated
 * - `interrupted`: a migration has begun and not ended; the next run finishes it
 * - `migrated`: our Trident, with migrated state
 * - `installed`: our Trident, installed anew
 */
export type ClusterState = "fresh" | "legacy" | "interrupted" | "migrated" | "installed";

export interface StateRequest {
  readonly namespace: string;
  readonly migrate: boolean;
  readonly legacyDeployment: string;
  readonly record: string;
}

export interface StateFinding {
  readonly state: ClusterState;
  readonly legacy?: LegacyTrident;
}

/** Tells the states apart, and refuses those that the setting `migrate` contradicts. */
export function decideState(
  request: StateRequest,
  deployment: DeploymentFinding,
  record: MigrationRecord | undefined,
): StateFinding {
  switch (deployment.kind) {
    case "absent":
      return { state: stateWithoutDeployment(request, record) };
    case "ours":
      return { state: stateOfOurs(request, record) };
    case "foreign":
      throw new ForeignTridentError(request.namespace, request.legacyDeployment, deployment.why);
    case "legacy":
      if (!request.migrate) throw new LegacyTridentPresentError(deployment.legacy);
      return { state: deployment.legacy.stoppedByMigration ? "interrupted" : "legacy", legacy: deployment.legacy };
  }
}

function stateWithoutDeployment(request: StateRequest, record: MigrationRecord | undefined): ClusterState {
  if (record?.phase === "copied") return "interrupted";
  if (!request.migrate) return "fresh";
  if (record?.phase === "stopped") {
    throw new StoppedTridentDeletedError(request.namespace, request.legacyDeployment, request.record);
  }
  throw new NoLegacyTridentError(request.namespace, request.legacyDeployment, "there is no such Deployment");
}

function stateOfOurs(request: StateRequest, record: MigrationRecord | undefined): ClusterState {
  if (record?.phase === "copied") return "migrated";
  if (!request.migrate) return "installed";
  const found = "Trident already runs on an external etcd made by this project";
  throw new NoLegacyTridentError(request.namespace, request.legacyDeployment, found);
}
