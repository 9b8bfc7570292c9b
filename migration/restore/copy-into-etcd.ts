import { BlockedError } from "../blockers/blocker.ts";
import { restoreOverKeys } from "../blockers/restore-blockers.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { copyState, type CopiedState } from "../copy/copy-state.ts";
import { reportCopyProgress } from "../copy/report-copy-progress.ts";
import { withRetries } from "../copy/store/retry.ts";
import { copyMarkerText, earlierPassOf } from "../record/copy-marker.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import { isRestoreUnfinished } from "../record/restored-state.ts";
import type { SnapshotStore } from "../snapshot/file/snapshot-store.ts";
import { counted } from "../wording/counted.ts";
import { rangeOf, whatKey, type RestoreRun } from "./restore-run.ts";

/** What was copied, and into which etcd. */
export interface CopiedInto extends CopiedState {
  readonly clusterId: string;
  /** How many of the keys are Trident's. */
  readonly tridentsKeys: number;
}

/**
 * Copies all of it and compares every key and value. What a run that was killed had copied stands there by its mark, and is gone on with.
 *
 * @param begun the restore's record.
 */
export async function copyIntoEtcd(
  run: RestoreRun,
  source: SnapshotStore,
  begun: MigrationRecord,
): Promise<CopiedInto> {
  const { port, asked, report, signal, standing } = run;
  standing.during = "waiting for the etcd's members";
  const clusterId = await port.waitForEtcd();
  standing.during = "copying the state";
  const destination = await port.openDestination();
  try {
    await refuseKeys(run, destination, begun);
    await markCopy(run, source, destination, begun);
    const copied: CopiedState = await copyState({
      ...{ source, destination, range: rangeOf(asked), signal },
      onProgress: reportCopyProgress(report),
    });
    report(
      `Verified: all is equal, ${counted(copied.keys, "key and its value", "keys and their values")} (SHA-256 ${copied.sha256}).`,
    );
    const { count: tridentsKeys } = await withRetries(() => destination.range({ ...asked.prefix, countOnly: true }), {
      signal,
    });
    return { ...copied, clusterId, tridentsKeys };
  } finally {
    await destination.close();
  }
}

/** Raises BlockedError where keys stand that no restore has begun to write there. */
export async function refuseKeys(
  { asked, signal }: RestoreRun,
  etcd: OpenStore,
  restore: MigrationRecord,
): Promise<void> {
  const { count } = await withRetries(() => etcd.range({ ...rangeOf(asked), countOnly: true }), { signal });
  if (count === 0) return;
  const { clusterId } = await etcd.status();
  const isOwn =
    isRestoreUnfinished(restore) && earlierPassOf(restore, { source: "", destination: clusterId }) !== undefined;
  if (!isOwn) throw new BlockedError(restoreOverKeys(etcd.description, count, whatKey(asked)));
}

/** Recorded before the first key is written. */
async function markCopy(
  { port, asked, signal }: RestoreRun,
  source: SnapshotStore,
  etcd: OpenStore,
  begun: MigrationRecord,
): Promise<void> {
  const [from, to] = await Promise.all([source.status(), etcd.status()]);
  if (earlierPassOf(begun, { source: from.clusterId, destination: to.clusterId }) !== undefined) return;
  const { revision } = await withRetries(() => etcd.range({ ...rangeOf(asked), countOnly: true }), { signal });
  const firstPass = copyMarkerText({
    ...{ destinationClusterId: to.clusterId, destinationRevision: revision.toString(), empty: true },
    ...{ sourceClusterId: from.clusterId, sourceRevision: from.revision.toString() },
  });
  await port.changeRecord({ firstPass });
}
