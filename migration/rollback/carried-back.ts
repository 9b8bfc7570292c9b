import { MigrationRecordInvalidError, type MigrationRecord } from "../record/migration-record.ts";
import type { ListLengths } from "../trident/rest/expected-lists.ts";

/** What was carried back into the legacy etcd, and the proof of it. Kept in the record until the rollback has ended. */
export interface CarriedBack {
  readonly keys: number;
  /** The sum of the lengths of all keys and values. */
  readonly bytes: number;
  /** Over all keys and values of the legacy etcd, as `copy/compare/verify-copy.ts` describes it. */
  readonly sha256: string;
  readonly created: number;
  readonly replaced: number;
  readonly deleted: number;
  /** The new etcd's revision that was carried. */
  readonly newEtcdRevision: string;
  /** How long the legacy Trident's lists are to be. */
  readonly lists: ListLengths;
  /** Where the snapshot of the new etcd is; absent when none was wanted. */
  readonly snapshot?: string;
  /** Set where somebody had put the legacy Trident back, with a state of its own: nothing is carried into that. */
  readonly byHand?: true;
}

/** Of a legacy Trident that somebody put back by hand. What the new etcd holds is settled once the new Trident is gone. */
export const putBackByHand: CarriedBack = {
  ...{ keys: 0, bytes: 0, sha256: "", created: 0, replaced: 0, deleted: 0 },
  newEtcdRevision: "0",
  lists: { backends: 0, volumes: 0, storageClasses: 0 },
  byHand: true,
};

/** What came of a rollback that ended, as the record keeps it. */
export interface RolledBack extends Omit<CarriedBack, "newEtcdRevision" | "lists" | "byHand"> {
  /** ISO 8601. */
  readonly finishedAt: string;
}

export function rolledBackOf(carried: CarriedBack, finishedAt: Date): RolledBack {
  const { keys, bytes, sha256, created, replaced, deleted, snapshot } = carried;
  return {
    finishedAt: finishedAt.toISOString(),
    ...{ keys, bytes, sha256, created, replaced, deleted },
    ...(snapshot === undefined ? {} : { snapshot }),
  };
}

/** What an earlier run carried back and verified; undefined when none did. Raises MigrationRecordInvalidError. */
export function recordedCarry(record: MigrationRecord): CarriedBack | undefined {
  if (record.rollbackPhase !== "restoring") return undefined;
  const carried = parsed(record.carriedBack) as Partial<CarriedBack> | undefined;
  const isWhole =
    typeof carried?.keys === "number" &&
    typeof carried.lists?.volumes === "number" &&
    /^\d+$/.test(carried.newEtcdRevision ?? "");
  if (!isWhole) throw new MigrationRecordInvalidError(record.namespace, record.name, "carriedBack");
  return carried as CarriedBack;
}

/** What the last rollback ended with; undefined when none has, or when the record does not say it. */
export function recordedRollback(record: MigrationRecord | undefined): RolledBack | undefined {
  const ended = parsed(record?.rolledBack) as Partial<RolledBack> | undefined;
  return typeof ended?.finishedAt === "string" ? (ended as RolledBack) : undefined;
}

function parsed(text: string | undefined): object | undefined {
  try {
    const value = JSON.parse(text ?? "") as unknown;
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
