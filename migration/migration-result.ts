import type { StoreStatus } from "./copy/key-value-store.ts";
import type { VerifiedCopy } from "./copy/verify-copy.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "./legacy/migration-record.ts";

/** What was moved, and the proof of it. Plain strings and numbers: it goes into the stack's state. */
export interface MigrationResult {
  readonly keys: number;
  /** The sum of the lengths of all keys and values. */
  readonly bytes: number;
  /** Over all keys and values of the destination, as `copy/verify-copy.ts` describes it. */
  readonly sha256: string;
  readonly sourceClusterId: string;
  /** The revision that was copied. */
  readonly sourceRevision: string;
  readonly destinationClusterId: string;
  /** The revision at which the destination was verified. */
  readonly destinationRevision: string;
  /** ISO 8601, as is `finishedAt`. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

export function resultOf(
  verified: VerifiedCopy,
  source: StoreStatus,
  destination: StoreStatus,
  startedAt: Date,
): MigrationResult {
  return {
    keys: verified.keys,
    bytes: verified.bytes,
    sha256: verified.sha256,
    sourceClusterId: source.clusterId,
    sourceRevision: verified.sourceRevision.toString(),
    destinationClusterId: destination.clusterId,
    destinationRevision: verified.destinationRevision.toString(),
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
  };
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
