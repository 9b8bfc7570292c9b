import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isForbidden, isNotFound } from "../kubernetes/errors.ts";
import { changeMigrationRecord, type RecordPlace } from "../record/migration-record.ts";

/**
 * Notes in the stack's record up to where its etcd is known to have come, so that whoever restores a snapshot of it can say what is lost.
 * One that can't be noted is noted by the next run.
 */
export async function noteRevision(
  cluster: ClusterClient,
  place: RecordPlace,
  revision: string,
  at: Date,
): Promise<void> {
  try {
    await changeMigrationRecord(cluster, place, { etcdRevision: revision, etcdRevisionAt: at.toISOString() });
  } catch (error) {
    if (!isNotFound(error) && !isForbidden(error)) throw error;
  }
}
