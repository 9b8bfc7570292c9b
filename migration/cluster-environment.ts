import { prefixRange } from "./copy/key-range.ts";
import { openDestination } from "./destination/open-destination.ts";
import { connectToCluster } from "./kubernetes/cluster-client.ts";
import { checkLegacyEtcdImage } from "./legacy/image-check.ts";
import { findLegacyTrident } from "./legacy/legacy-trident.ts";
import { openLiveSource } from "./legacy/live-source.ts";
import { changeMigrationRecord, readMigrationRecord } from "./legacy/migration-record.ts";
import { restoreLegacyTrident } from "./legacy/restore-legacy-trident.ts";
import { openSourcePod, removeSourcePod } from "./legacy/source-pod.ts";
import { checkStillStopped, deleteLegacyTrident, stopLegacyTrident } from "./legacy/stop-legacy-trident.ts";
import { waitUntilTridentServes } from "./legacy/trident-serving.ts";
import type { MigrationEnvironment } from "./migration-environment.ts";
import type { MigrationRequest } from "./migration-request.ts";
import { checkClaim } from "./preflight/check-claim.ts";
import { checkNamespace } from "./preflight/check-namespace.ts";

/** The migration's steps on a real cluster. Raises ClusterUnreachableError when the kubeconfig leads to none. */
export function clusterEnvironment(request: MigrationRequest): MigrationEnvironment {
  const cluster = connectToCluster(request.cluster);
  const { namespace, timeoutSeconds } = request;
  return {
    namespace,
    legacyDeployment: request.legacyDeployment,
    record: request.record,
    range: prefixRange(request.prefix),

    readRecord: async () => {
      await checkNamespace(cluster, namespace);
      return readMigrationRecord(cluster, request);
    },
    changeRecord: (change) => changeMigrationRecord(cluster, request, change),
    findTrident: () => findLegacyTrident(cluster, request),

    checkLegacyImage: (legacy, record) => checkLegacyEtcdImage(cluster, legacy, record, timeoutSeconds),
    checkClaim: (legacy) => checkClaim(cluster, legacy),
    openDestination: () => openDestination(cluster, request),
    openLiveSource: (legacy) => openLiveSource(cluster, legacy),

    stopLegacy: (legacy, record) => stopLegacyTrident(cluster, legacy, record, timeoutSeconds),
    openStoppedSource: (legacy, record) => openSourcePod(cluster, legacy, record, timeoutSeconds),
    removeSourcePod: () => removeSourcePod(cluster, namespace, timeoutSeconds),
    checkStillStopped: async (stopped) => {
      await checkStillStopped(cluster, stopped);
    },
    deleteLegacy: (stopped) => deleteLegacyTrident(cluster, stopped),

    restoreLegacy: async (legacy) => {
      const replicas = await restoreLegacyTrident(cluster, legacy, request, timeoutSeconds);
      if (replicas > 0) await waitUntilTridentServes(cluster, legacy, timeoutSeconds);
      return replicas;
    },
  };
}
