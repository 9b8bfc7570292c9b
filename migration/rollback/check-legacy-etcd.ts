import type { MigrationRecord } from "../record/migration-record.ts";
import type { MigrationResult } from "../record/migration-result.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { EmbeddedEtcdWrittenError, OtherEtcdError } from "./errors.ts";

/**
 * Raises OtherEtcdError unless it is the etcd that was migrated from, and EmbeddedEtcdWrittenError unless it is exactly as the
 * migration left it, or an earlier rollback has begun to write to it.
 */
export async function checkEmbeddedEtcd(
  embedded: OpenStore,
  migrated: MigrationResult,
  record: MigrationRecord,
): Promise<void> {
  const { clusterId, revision } = await embedded.status();
  refuseOtherEtcd(embedded.description, migrated.sourceClusterId, clusterId);
  if (record.rollbackPhase === undefined && revision.toString() !== migrated.sourceRevision) {
    throw new EmbeddedEtcdWrittenError(embedded.description, { recorded: migrated.sourceRevision, found: revision });
  }
}

export function refuseOtherEtcd(description: string, recorded: string, found: string): void {
  if (found !== recorded) throw new OtherEtcdError(description, { recorded, found });
}
