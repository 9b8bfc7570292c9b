import { BlockedError } from "../blockers/blocker.ts";
import { foreignTrident, noLegacyTrident, stoppedTridentDeleted } from "../blockers/legacy-blockers.ts";
import { nothingToMove } from "../blockers/move-blockers.ts";
import { describeAddress } from "../connect/etcd-address.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import { recordedResult, type MigrationResult } from "../record/migration-result.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import { counted } from "../wording/counted.ts";

const notThere = {
  absent: "there is no Deployment of Trident",
  uninstalled: "there is no Deployment of Trident",
  ours: "Trident runs on the other etcd already",
} as const;

/** @throws BlockedError (foreignTrident, noLegacyTrident, stoppedTridentDeleted, nothingToMove) */
export async function findWhatToDo(
  cluster: ClusterPort,
): Promise<{ legacy: LegacyTrident; record: MigrationRecord } | { result: MigrationResult; record: MigrationRecord }> {
  const { namespace, legacyDeployment } = cluster;
  const record = await cluster.readRecord();
  const trident = await cluster.findTrident();
  if (cluster.movesFrom !== undefined && trident.kind !== "legacy") {
    if (record.phase === "copied") return resultInRecord(cluster, record);
    const from = describeAddress(cluster.movesFrom);
    const found = trident.kind === "foreign" ? trident.why : notThere[trident.kind];
    throw new BlockedError(nothingToMove({ namespace, deployment: legacyDeployment }, from, found));
  }
  switch (trident.kind) {
    case "legacy":
      return { legacy: trident.legacy, record };
    case "foreign":
      throw new BlockedError(foreignTrident(namespace, legacyDeployment, trident.why));
    case "uninstalled":
      // A finished one may have left its pod behind; one from a Deployment is told of below.
      if (record.phase === undefined || (record.phase === "copied" && record.legacyClaim !== undefined)) {
        return { legacy: trident.legacy, record };
      }
      return resultInRecord(cluster, record);
    case "absent":
    case "ours":
      if (record.phase !== undefined) return resultInRecord(cluster, record);
      throw new BlockedError(
        noLegacyTrident(
          namespace,
          legacyDeployment,
          trident.kind === "ours"
            ? "Trident already runs on an external etcd"
            : { claim: cluster.legacyClaim, labelled: trident.claims ?? [] },
        ),
      );
  }
}

function resultInRecord({ namespace, legacyDeployment, recordName: name }: ClusterPort, record: MigrationRecord) {
  if (record.phase === "copied") return { result: recordedResult(record), record };
  throw new BlockedError(stoppedTridentDeleted(namespace, legacyDeployment, name));
}

export function describeLegacy(legacy: LegacyTrident): string {
  if (legacy.isUninstalled === true) {
    return `Found no Deployment ${legacy.name}: Trident was uninstalled, and its state is on PersistentVolumeClaim ${legacy.claim}.`;
  }
  const state = legacy.stoppedByMigration
    ? "stopped by a migration that did not end"
    : `at ${counted(legacy.replicas, "replica")}`;
  const where =
    legacy.externalEtcd === undefined
      ? `on PersistentVolumeClaim ${legacy.claim} (${legacy.etcdImage})`
      : `in ${legacy.externalEtcd.called}`;
  return `Found the old Trident: Deployment ${legacy.name}, ${state}, its state ${where}.`;
}
