import type { MigrationRecord } from "./migration-record.ts";
import { recordedResult } from "./migration-result.ts";

/** The etcd that this stack's Trident has its state in, as the record has it. */
export interface RecordedEtcd {
  /** Decimal. */
  readonly clusterId: string;
  /** Whether keys under the prefix were ever seen there, and not taken away by a rollback since. */
  readonly heldKeys: boolean;
}

/** Undefined where none was recorded. Older versions recorded it only as a migration's destination. */
export function recordedEtcd(record: MigrationRecord | undefined): RecordedEtcd | undefined {
  if (record === undefined) return undefined;
  if (record.etcdClusterId !== undefined) {
    return { clusterId: record.etcdClusterId, heldKeys: record.etcdHeldKeys === "true" };
  }
  return record.phase === "copied" ? migratedTo(record) : undefined;
}

function migratedTo(record: MigrationRecord): RecordedEtcd | undefined {
  try {
    const { destinationClusterId, keys } = recordedResult(record) as Partial<ReturnType<typeof recordedResult>>;
    return destinationClusterId === undefined
      ? undefined
      : { clusterId: destinationClusterId, heldKeys: (keys ?? 0) > 0 };
  } catch {
    // Whoever needs the result says that it can't be read.
    return undefined;
  }
}
