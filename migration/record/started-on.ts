import type { StoreStatus } from "../copy/store/key-value-store.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "./migration-record.ts";
import { recordedResult } from "./migration-result.ts";

/** What the two etcds held when a new Trident was started: whatever is newer in the new one, that Trident wrote. */
export interface StartedOn {
  /** The new etcd's, which was compared. */
  readonly destinationRevision: bigint;
  /** Absent where only the Deployment tells of the start, as do the others. */
  readonly destinationClusterId?: string;
  /** The legacy etcd's, to which nobody writes after it. */
  readonly sourceRevision?: bigint;
  readonly sourceClusterId?: string;
  /** How many keys either held. */
  readonly keys?: number;
  /** Of the stopped legacy Deployment: another one tells that somebody has changed it since. */
  readonly generation?: number;
  /** When it first listed all of them, as ISO 8601; absent until it has. */
  readonly listedAt?: string;
}

/** As the record keeps it under `served`. */
export function startedOnText(started: StartedOn): string {
  const { destinationRevision, sourceRevision, ...others } = started;
  return JSON.stringify({
    ...others,
    destinationRevision: destinationRevision.toString(),
    ...(sourceRevision === undefined ? {} : { sourceRevision: sourceRevision.toString() }),
  });
}

/** What a run that has copied and is about to start the new Trident records. */
export function startedNow(
  copied: { readonly keys: number; readonly sourceRevision: bigint; readonly destinationRevision: bigint },
  statuses: { readonly source: StoreStatus; readonly destination: StoreStatus },
  generation: number,
): StartedOn {
  const { keys, sourceRevision, destinationRevision } = copied;
  const clusterIds = {
    sourceClusterId: statuses.source.clusterId,
    destinationClusterId: statuses.destination.clusterId,
  };
  return { keys, sourceRevision, destinationRevision, ...clusterIds, generation };
}

/**
 * What the new Trident of this record was started on; undefined when none is known to have been started. A finished migration's
 * result says it, then what the run recorded at the start, then the Deployment, whose mark older versions alone left.
 *
 * @throws MigrationRecordInvalidError
 */
export function startedOn(
  record: MigrationRecord | undefined,
  standing: { readonly verifiedRevision?: bigint | undefined } | undefined,
): StartedOn | undefined {
  if (record?.phase === "copied") return startedOnResult(record);
  const recorded = record === undefined ? undefined : recordedStart(record);
  const marked = standing?.verifiedRevision;
  if (marked === undefined) return recorded ?? (standing === undefined ? undefined : { destinationRevision: 0n });
  // One that another run started tells of that run, and the record of this one.
  return recorded?.destinationRevision === marked ? recorded : { destinationRevision: marked };
}

/** Whether somebody has changed the legacy Deployment since it was stopped, as far as the record tells. */
export function wasLegacyTouched(record: MigrationRecord, { generation }: { readonly generation: number }): boolean {
  const recorded = recordedStart(record)?.generation;
  return recorded !== undefined && recorded !== generation;
}

/** Whether a run saw it list all of the state. */
export function hasListed(record: MigrationRecord): boolean {
  return recordedStart(record)?.listedAt !== undefined;
}

function startedOnResult(record: MigrationRecord): StartedOn {
  const { keys, destinationRevision, destinationClusterId, sourceRevision, sourceClusterId, finishedAt } =
    recordedResult(record);
  return {
    keys,
    ...{ destinationRevision: BigInt(destinationRevision), destinationClusterId },
    ...{ sourceRevision: BigInt(sourceRevision), sourceClusterId },
    listedAt: finishedAt,
  };
}

function recordedStart(record: MigrationRecord): StartedOn | undefined {
  if (record.served === undefined) return undefined;
  try {
    const { destinationRevision, sourceRevision, ...others } = JSON.parse(record.served) as Record<string, string>;
    const revisions = [destinationRevision, sourceRevision ?? "0"];
    if (revisions.every((each) => /^\d+$/.test(each ?? ""))) {
      return {
        ...(others as Partial<StartedOn>),
        destinationRevision: BigInt(destinationRevision ?? 0),
        ...(sourceRevision === undefined ? {} : { sourceRevision: BigInt(sourceRevision) }),
      };
    }
  } catch {
    // Said below.
  }
  throw new MigrationRecordInvalidError(record.namespace, record.name, "served");
}
