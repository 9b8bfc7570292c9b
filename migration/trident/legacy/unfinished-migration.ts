import type { V1Deployment } from "@kubernetes/client-node";
import { classifyDeployment, type DeploymentFinding, type LegacyTrident } from "./legacy-trident.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "../../record/migration-record.ts";

/**
 * The legacy Trident that a migration has left stopped; undefined when none has. Its Deployment's own mark counts for more than
 * the record: it says `stopped` even where the run was killed between two writes.
 *
 * @throws MigrationRecordInvalidError when the Deployment is gone and the record does not hold it.
 */
export function legacyLeftStopped(
  found: DeploymentFinding,
  record: MigrationRecord | undefined,
  etcdContainer: string,
): LegacyTrident | undefined {
  switch (found.kind) {
    case "legacy":
      return found.legacy.stoppedByMigration ? found.legacy : undefined;
    case "absent":
    case "uninstalled":
      // Deleted by the migration itself only once the record says `copied`; by somebody else before.
      return record?.phase === "stopped" ? legacyInRecord(record, etcdContainer) : undefined;
    case "ours":
    case "foreign":
      return undefined;
  }
}

/** Whether a migration began and did not end, as far as its record and the Deployment tell. */
export function mayStillRun(found: DeploymentFinding, record: MigrationRecord | undefined): boolean {
  if (found.kind === "legacy" && (found.legacy.stoppedByMigration || record?.phase === "copied")) return true;
  if (record === undefined || record.phase === "copied") return false;
  return record.phase === "stopped" || record.firstPass !== undefined || record.served !== undefined;
}

/** The legacy Trident's claim; undefined where the record no longer tells. */
export function claimInRecord(record: MigrationRecord, etcdContainer: string): string | undefined {
  if (record.legacyClaim !== undefined) return record.legacyClaim;
  try {
    return legacyInRecord(record, etcdContainer).claim;
  } catch {
    return undefined;
  }
}

/** The legacy Trident as the record keeps it. Raises MigrationRecordInvalidError when it does not. */
export function legacyInRecord(record: MigrationRecord, etcdContainer: string): LegacyTrident {
  try {
    const manifest = JSON.parse(record.legacyDeployment ?? "") as V1Deployment;
    const finding = classifyDeployment(manifest, etcdContainer);
    if (finding.kind === "legacy") return { ...finding.legacy, namespace: record.namespace };
  } catch {
    // Said below.
  }
  throw new MigrationRecordInvalidError(record.namespace, record.name, "legacyDeployment");
}
