import { resolve } from "node:path";
import { isForbidden } from "../../kubernetes/errors.ts";
import type { AskedMember } from "../../members/asked-member.ts";
import { countMembers, hasMajority } from "../../members/quorum.ts";
import type { MigrationRecord } from "../../record/migration-record.ts";
import { recordedOrigin, restoredBefore, type RestoreResult } from "../../record/restored-state.ts";
import { parseRestoreSource } from "../../restore/restore-source.ts";
import type { SnapshotTime } from "../../restore/snapshot-time.ts";
import { timeInName } from "../../restore/snapshot-time.ts";
import type { PlanRequest } from "../plan-request.ts";
import type { ServedObject } from "./cluster-reader.ts";
import type { PlanEnvironment } from "./plan-environment.ts";
import type { StateRead } from "./state/read-state.ts";
import { summarizeState, type StateSummary } from "./state/summarize-state.ts";

/** What there is of a restore. */
export interface RestoreRead {
  /** Its part of the record; also that of an earlier one. */
  readonly record?: MigrationRecord | undefined;
  /** What was restored before as it is asked for now, and is not restored again. */
  readonly before?: RestoreResult;
  /** What is to be restored, as far as it is a file on this machine by now. */
  readonly snapshot?: ReadSnapshot;
  /** Why that can't be read. */
  readonly failure?: unknown;
  /** Whether the claim with snapshots is there; looked for where one on it is named. */
  readonly hasSnapshotClaim?: boolean;
  /** Whether the old Trident's claim is there; looked for where it may be restored from. */
  readonly hasLegacyClaim?: boolean;
  /** What there is to restore from; looked for only where the etcd is lost. */
  readonly available?: AvailableSources;
}

/** A snapshot's file, checked. */
export interface ReadSnapshot extends SnapshotTime {
  /** Absolute path. */
  readonly file: string;
  readonly etcdVersion?: string;
  readonly revision: bigint;
  /** All of them, also those that are not Trident's. */
  readonly allKeys: number;
  readonly summary: StateSummary;
}

export interface AvailableSources {
  /** The newest snapshot that is kept on this machine. */
  readonly newest?: { readonly file: string; readonly savedAt?: string };
}

/** What the plan has found out of the etcd by then. */
export interface FoundEtcd {
  readonly record: MigrationRecord | undefined;
  readonly members: readonly AskedMember[] | undefined;
  readonly etcdCluster: ServedObject | undefined;
  readonly state: StateRead;
}

export async function readRestore(
  environment: PlanEnvironment,
  request: PlanRequest,
  found: FoundEtcd,
): Promise<RestoreRead> {
  const record = await environment.findRestoreRecord().catch(undefinedIfForbidden);
  const isLost = looksLost(request, found);
  const available = {
    ...(isLost ? { available: await readAvailable(environment) } : {}),
    ...(isLost || request.restoreFrom === "legacyClaim" ? await readLegacyClaim(environment, request) : {}),
  };
  const { restoreFrom: from, restoreClaim, abandonedEtcd } = request;
  if (from === undefined) return { record, ...available };
  const before = restoredBefore({ stack: found.record, restore: record }, { from, abandonedEtcd });
  if (before !== undefined) return { record, before, ...available };
  const file = fileOf(from, record, found.record);
  if (file === undefined) {
    const hasSnapshotClaim =
      restoreClaim === undefined ? undefined : await hasClaim(environment, request, restoreClaim);
    return { record, ...available, ...(hasSnapshotClaim === undefined ? {} : { hasSnapshotClaim }) };
  }
  try {
    return { record, snapshot: await readSnapshot(environment, request, file), ...available };
  } catch (failure) {
    return { record, failure, ...available };
  }
}

/** Undefined where it is fetched from the cluster, and no run has done so yet. */
function fileOf(
  from: string,
  record: MigrationRecord | undefined,
  stack: MigrationRecord | undefined,
): string | undefined {
  const source = parseRestoreSource(from);
  if (source.kind === "file") return resolve(source.path);
  const origin = recordedOrigin(record);
  return origin?.from === from && origin.abandonedEtcd === stack?.etcdClusterId ? origin.file : undefined;
}

async function readSnapshot(
  environment: PlanEnvironment,
  { prefix }: PlanRequest,
  file: string,
): Promise<ReadSnapshot> {
  const store = await environment.openSnapshot(file);
  try {
    const { keys: allKeys, etcdVersion, savedAt, savedAtBy } = store;
    const summary = await summarizeState({ source: store, range: prefix });
    const { revision } = await store.status();
    return {
      file,
      savedAt,
      savedAtBy,
      revision,
      allKeys,
      summary,
      ...(etcdVersion === undefined ? {} : { etcdVersion }),
    };
  } finally {
    await store.close();
  }
}

function looksLost({ abandonedEtcd }: PlanRequest, { record, members, etcdCluster, state }: FoundEtcd): boolean {
  if (record?.etcdClusterId === undefined || abandonedEtcd === record.etcdClusterId) return false;
  const counts = countMembers({ served: etcdCluster, members });
  if (counts === undefined || !hasMajority(counts)) return true;
  return state.destinationKeys === 0 || state.destination?.status.clusterId !== record.etcdClusterId;
}

async function readLegacyClaim(
  environment: PlanEnvironment,
  request: PlanRequest,
): Promise<Pick<RestoreRead, "hasLegacyClaim">> {
  const { legacyClaim } = request;
  return legacyClaim === undefined ? {} : { hasLegacyClaim: await hasClaim(environment, request, legacyClaim.claim) };
}

async function hasClaim({ reader }: PlanEnvironment, { namespace }: PlanRequest, claim: string): Promise<boolean> {
  return (await reader.read(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/${claim}`)) !== undefined;
}

async function readAvailable(environment: PlanEnvironment): Promise<AvailableSources> {
  const file = (await environment.listSnapshots()).at(-1);
  if (file === undefined) return {};
  const savedAt = timeInName(file);
  return { newest: { file, ...(savedAt === undefined ? {} : { savedAt }) } };
}

function undefinedIfForbidden(error: unknown): undefined {
  // Among the permissions that are asked for.
  if (!isForbidden(error)) throw error;
  return undefined;
}
