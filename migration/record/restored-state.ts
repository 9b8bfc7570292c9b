import { MigrationRecordInvalidError, type MigrationRecord } from "./migration-record.ts";

/** What a restore was asked to take, and the file that it takes it from: whatever it was, it comes to be one before anything is changed. */
export interface RestoreOrigin {
  /** As it was asked for, such as `member`. */
  readonly from: string;
  /** Absolute path. */
  readonly file: string;
  /** Of the database, hexadecimal. */
  readonly sha256: string;
  /** Decimal. */
  readonly revision: string;
  /** When the snapshot was taken, as ISO 8601: by its name, or else by the file's own time; of an old Trident's claim, when that was migrated. */
  readonly savedAt: string;
  readonly savedAtBy: "name" | "file" | "migration";
  /** Such as `3.4`; absent where the file does not say. */
  readonly etcdVersion?: string;
  /** The etcd that had the state before; absent where none was recorded. */
  readonly abandonedEtcd?: string;
  /** How many revisions the lost etcd is known to have had after the snapshot; absent where that is not known. */
  readonly lostRevisions?: number;
  /** From the snapshot to when that was seen; absent where it is not known. */
  readonly lostSeconds?: number;
}

/** What was restored, and the proof of it. Plain strings and numbers: it goes into the stack's state. */
export interface RestoreResult extends RestoreOrigin {
  readonly keys: number;
  /** The sum of the lengths of all keys and values. */
  readonly bytes: number;
  /** Over all keys and values of the destination, as `copy/compare/verify-copy.ts` describes it. */
  readonly contentSha256: string;
  readonly destinationClusterId: string;
  /** The revision at which the destination was verified. */
  readonly destinationRevision: string;
  /** ISO 8601, as is the other. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** Whether a restore began and did not come to its end: the state may be half copied, or Trident be stopped and clients be kept off still. */
export function isRestoreUnfinished(record: MigrationRecord | undefined): boolean {
  if (record?.phase === "stopped") return true;
  return record?.phase === "copied" && (record.legacyReplicas !== undefined || record.clientsHeldOff !== undefined);
}

/**
 * What was restored as it is asked for now, and is not restored again; undefined where that is still to be done. Once it is done only the
 * word that gives up the etcd that is recorded now has it done again, and that word once.
 */
export function restoredBefore(
  { stack, restore }: { readonly stack: MigrationRecord | undefined; readonly restore: MigrationRecord | undefined },
  asked: { readonly from: string; readonly abandonedEtcd: string },
): RestoreResult | undefined {
  const result = recordedRestore(restore);
  if (result?.from !== asked.from || stack?.etcdClusterId === undefined) return undefined;
  const isGivenUpNow = asked.abandonedEtcd === stack.etcdClusterId && asked.abandonedEtcd !== result.abandonedEtcd;
  return isGivenUpNow ? undefined : result;
}

/** Undefined where none has begun. Raises MigrationRecordInvalidError. */
export function recordedOrigin(record: MigrationRecord | undefined): RestoreOrigin | undefined {
  return record?.source === undefined ? undefined : parse(record, "source", record.source);
}

/** Undefined where none has ended. Raises MigrationRecordInvalidError. */
export function recordedRestore(record: MigrationRecord | undefined): RestoreResult | undefined {
  if (record?.phase !== "copied") return undefined;
  return parse(record, "result", record.result ?? "") as RestoreResult;
}

function parse(record: MigrationRecord, key: "source" | "result", text: string): RestoreOrigin {
  try {
    const kept = JSON.parse(text) as Partial<RestoreOrigin> | null;
    if (typeof kept?.from === "string" && typeof kept.sha256 === "string") return kept as RestoreOrigin;
  } catch {
    // Said below.
  }
  throw new MigrationRecordInvalidError(record.namespace, record.name, `restore.${key}`);
}
