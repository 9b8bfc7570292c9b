import type { MigrationRecord } from "./migration-record.ts";
import { recordedResult } from "./migration-result.ts";

/**
 * The cluster id of the etcd that the migrated state is in: the migration's destination, or where verified moves have brought it from there.
 *
 * @throws MigrationRecordInvalidError
 */
export function etcdOfMigratedState(record: MigrationRecord): string {
  return record.migratedStateIn ?? recordedResult(record).destinationClusterId;
}

/**
 * What a verified move records of it; null where the etcd that was moved from had not the migrated state, such as after one was given up.
 *
 * @param record the migration's.
 */
export function migratedStateAfterMove(
  record: MigrationRecord,
  { from, to }: { readonly from: string; readonly to: string },
): string | null {
  if (record.phase !== "copied") return null;
  try {
    return etcdOfMigratedState(record) === from ? to : null;
  } catch {
    // A record that can't be used tells nothing.
    return null;
  }
}
