import { MigrationRecordInvalidError, type MigrationRecord } from "./migration-record.ts";

/** What was moved, and the proof of it. Plain strings and numbers: it goes into the stack's state. */
export interface MigrationResult {
  readonly keys: number;
  /** The sum of the lengths of all keys and values. */
  readonly bytes: number;
  /** Over all keys and values of the destination, as `copy/compare/verify-copy.ts` describes it. */
  readonly sha256: string;
  readonly sourceClusterId: string;
  /** The revision that was copied. */
  readonly sourceRevision: string;
  readonly destinationClusterId: string;
  /** The revision at which the destination was verified. */
  readonly destinationRevision: string;
  /** Keys that were copied while the legacy Trident still served; 0 when all were copied in the outage. */
  readonly firstPassKeys: number;
  /** What was carried over after that, in the outage. */
  readonly changedKeys: { readonly created: number; readonly replaced: number; readonly deleted: number };
  /** Where the snapshot of the legacy etcd's last state is; absent when none was wanted. */
  readonly snapshot?: string | undefined;
  /** ISO 8601, as are the others. */
  readonly startedAt: string;
  /** When the legacy Trident was stopped. */
  readonly cutOverAt: string;
  /**
   * From then until the new Trident first listed all of the state; absent when the migration started none, and in what older versions
   * recorded.
   */
  readonly outageSeconds?: number | undefined;
  readonly finishedAt: string;
}

/** The result that an earlier run recorded when it was done. Raises MigrationRecordInvalidError. */
export function recordedResult(record: MigrationRecord): MigrationResult {
  try {
    const result = JSON.parse(record.result ?? "") as Partial<MigrationResult> | null;
    if (typeof result?.keys === "number" && typeof result.sha256 === "string") return result as MigrationResult;
  } catch {
    // Said below.
  }
  throw new MigrationRecordInvalidError(record.namespace, record.name, "result");
}
