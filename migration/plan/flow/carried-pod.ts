import type { MigrationRecord } from "../../record/migration-record.ts";
import { CarriedPod, carriedPod } from "../../trident/new/carried-pod.ts";
import type { TridentPod } from "../../trident/new/trident-pod.ts";
import type { FlowFinding } from "./flow-finding.ts";

/**
 * What of the old Trident's pod the new one has: of the Deployment that stands, until a new Trident was started with it; from then on what
 * the record says, so that it stays as it runs. A migration by an older version of this program carried nothing. Undefined for nothing.
 */
export function findCarriedPod(
  { flow, legacy }: FlowFinding,
  record: MigrationRecord | undefined,
): CarriedPod | undefined {
  if (flow === "migrated" || flow === "move") return recorded(record);
  if (flow !== "migrate" && flow !== "resume") return undefined;
  const wasStarted = flow === "resume" && (record?.served !== undefined || record?.phase === "copied");
  if (wasStarted) return recorded(record);
  return legacy === undefined || legacy.isUninstalled === true ? undefined : carriedPod(legacy);
}

function recorded(record: MigrationRecord | undefined): CarriedPod | undefined {
  if (record?.carriedPod === undefined) return undefined;
  return new CarriedPod(JSON.parse(record.carriedPod) as TridentPod);
}
