import type { V1Deployment } from "@kubernetes/client-node";
import { isEtcdCluster } from "../connect/describe-address.ts";
import { openEtcd } from "../connect/open-etcd.ts";
import { connectToCluster, type ClusterAccess } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";
import { isOurs } from "../kubernetes/ownership.ts";
import { migrationLease } from "../lease/errors.ts";
import { gatedCluster, type GatedCluster } from "../lease/gated-cluster.ts";
import { findLegacyTrident } from "../trident/legacy/legacy-trident.ts";
import { changeMigrationRecord, findMigrationRecord, readMigrationRecord } from "../record/migration-record.ts";
import { openSourcePod, removeSourcePod } from "../trident/legacy/source-pod.ts";
import type { MigrationRequest } from "../migrate/migration-request.ts";
import { checkClaim } from "../trident/legacy/check-claim.ts";
import { handOverNewTrident, stopNewTrident } from "../trident/new/withdraw-new-trident.ts";
import { saveSnapshot } from "../snapshot/save-snapshot.ts";
import { prepareSnapshotDirectory } from "../snapshot/snapshot-directory.ts";
import { untilAborted } from "../snapshot/until-aborted.ts";
import type { RequestEnvironment } from "./request-rollback.ts";
import { createOldTrident, removeOldTrident, waitUntilOldTridentServes } from "./restore-legacy-trident.ts";
import type { RollbackEnvironment } from "./rollback-environment.ts";
import { startNewTridentAgain } from "./start-new-trident-again.ts";

/** Whose migration is rolled back. */
export interface RollbackPlace {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  readonly legacyDeployment: string;
  readonly legacyEtcdContainer: string;
  readonly record: string;
  /** For each wait. */
  readonly timeoutSeconds: number;
  /** For a snapshot of the new etcd. None is kept without it, or for "". */
  readonly snapshotDirectory?: string;
}

/** What asking for a rollback takes. Raises ClusterUnreachableError when the kubeconfig leads to no cluster. */
export function requestOnCluster(request: RollbackPlace, interruption?: AbortSignal): RequestEnvironment {
  return requestSteps(request, gatedCluster(connectToCluster(request.cluster), interruption));
}

function requestSteps(request: RollbackPlace, { cluster, acquire, interruption }: GatedCluster): RequestEnvironment {
  const { namespace, legacyDeployment, legacyEtcdContainer, timeoutSeconds, snapshotDirectory = "" } = request;
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${legacyDeployment}`;
  return {
    namespace,
    legacyEtcdContainer,
    findRecord: () => findMigrationRecord(cluster, request),
    changeRecord: (change) => changeMigrationRecord(cluster, request, change),
    acquireLease: async (report) => {
      const { name, uid } = await readMigrationRecord(cluster, request);
      return acquire(migrationLease(namespace), { owner: { name, uid }, report });
    },
    findTrident: () => findLegacyTrident(cluster, request),
    readDeployment: () => cluster.requestJson({ method: "GET", path }),
    readNewTrident: async () => {
      try {
        const deployment = (await cluster.requestJson({ method: "GET", path })) as V1Deployment;
        return isOurs(deployment) ? JSON.stringify(deployment.spec) : undefined;
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    checkClaim: (legacy) => checkClaim(cluster, legacy),
    prepareSnapshot: async () => {
      if (snapshotDirectory !== "") await prepareSnapshotDirectory(snapshotDirectory);
    },
    openEmbeddedEtcd: (legacy, record) => openSourcePod(cluster, legacy, record, { timeoutSeconds, interruption }),
    removeSourcePod: () => removeSourcePod(cluster, namespace, timeoutSeconds),
    handOverNewTrident: () => handOverNewTrident(cluster, { namespace, timeoutSeconds }),
  };
}

/**
 * The steps of a rollback on a real cluster. An interruption ends the waits of those that lead on. Raises ClusterUnreachableError
 * when the kubeconfig leads to none.
 */
export function rollbackOnCluster(request: MigrationRequest, userInterruption?: AbortSignal): RollbackEnvironment {
  const gated = gatedCluster(connectToCluster(request.cluster), userInterruption);
  const { cluster, interruption } = gated;
  const { namespace, legacyDeployment, prefix, timeoutSeconds, newTrident: spec } = request;
  // Of an etcd that others may use, too, the rest is none of this program's business.
  const directory = isEtcdCluster(request.destination) ? (request.snapshotDirectory ?? "") : "";
  return {
    ...requestSteps(request, gated),
    legacyDeployment,
    range: prefix,
    openNewEtcd: () => openEtcd(cluster, request.destination, { timeoutSeconds, interruption }),
    takeSnapshot: async (newEtcd) => {
      if (directory === "") return undefined;
      return saveSnapshot({
        content: untilAborted(newEtcd.snapshot(), interruption),
        ...{ directory, namespace, at: new Date() },
      });
    },
    stopNewTrident: () => stopNewTrident(cluster, { namespace, timeoutSeconds, interruption }),
    createOldTrident: (legacy, record) => createOldTrident(cluster, legacy, record),
    waitUntilOldTridentServes: (legacy, expected) =>
      waitUntilOldTridentServes(cluster, legacy, expected, { timeoutSeconds, interruption }),
    removeOldTrident: (legacy, uid) => removeOldTrident(cluster, legacy, uid, timeoutSeconds),
    startNewTridentAgain: (record) => startNewTridentAgain(cluster, record, { timeoutSeconds, spec }),
  };
}
