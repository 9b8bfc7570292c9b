import { recordInvalid } from "../../../blockers/legacy-blockers.ts";
import { recordedResult } from "../../../record/migration-result.ts";
import { recordedRollback } from "../../../rollback/carried-back.ts";
import type { MigrationPlan } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { atRisk, blockedBy, nothingFound, type Findings } from "../findings.ts";

/** The migration's record can't be read, or is gone. */
export function checkRecord(
  { record }: Pick<PlanRequest, "record">,
  { flow, recordFailure }: Pick<PlanFacts, "flow" | "recordFailure">,
): Findings {
  if (recordFailure !== undefined) return blockedBy(recordInvalid(recordFailure, record));
  if (flow.isRecordLost !== true) return nothingFound;
  return atRisk(
    "state",
    `ConfigMap ${record}, the record of the migration, was deleted or emptied, and the old Deployment's manifest with it: a rollback is ` +
      `not possible any more. The old Trident's PersistentVolumeClaim stays as it is.`,
  );
}

/** When a migration or a rollback that is done was finished. */
export function finishedEarlier({
  flow: { flow },
  record,
}: Pick<PlanFacts, "flow" | "record">): Pick<MigrationPlan, "migratedAt" | "rolledBackAt"> {
  const migratedAt = flow === "migrated" ? migrationFinishedAt(record) : undefined;
  const rolledBackAt = flow === "rolledBack" ? recordedRollback(record)?.finishedAt : undefined;
  return {
    ...(migratedAt === undefined ? {} : { migratedAt }),
    ...(rolledBackAt === undefined ? {} : { rolledBackAt }),
  };
}

/** A record that can't be read has been said to be invalid elsewhere, or will be by the migration. */
function migrationFinishedAt(record: PlanFacts["record"]): string | undefined {
  if (record?.phase !== "copied") return undefined;
  try {
    return recordedResult(record).finishedAt;
  } catch {
    return undefined;
  }
}
