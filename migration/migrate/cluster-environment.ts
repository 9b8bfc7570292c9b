import { openCheckedEtcd } from "../connect/open-checked-etcd.ts";
import { connectToCluster } from "../kubernetes/cluster-client.ts";
import { migrationLease } from "../lease/errors.ts";
import { gatedCluster } from "../lease/gated-cluster.ts";
import { checkLegacyEtcdImage } from "../trident/legacy/image-check.ts";
import { openLiveSource } from "../trident/legacy/live-source.ts";
import { changeMigrationRecord, readMigrationRecord } from "../record/migration-record.ts";
import { openCopiedClaim } from "../trident/legacy/open-copied-claim.ts";
import { restoreLegacyTrident } from "../trident/legacy/restore-legacy-trident.ts";
import { openSourcePod, removeSourcePod } from "../trident/legacy/source-pod.ts";
import { checkStillStopped, deleteLegacyTrident, stopLegacyTrident } from "../trident/legacy/stop-legacy-trident.ts";
import { waitUntilTridentServes } from "../trident/rest/trident-serving.ts";
import { findTridentOrClaim } from "../trident/legacy/uninstalled-trident.ts";
import { checkClaimUntouched } from "../trident/legacy/untouched-claim.ts";
import type { MigrationEnvironment } from "./migration-environment.ts";
import type { MigrationRequest } from "./migration-request.ts";
import { checkClaim } from "../trident/legacy/check-claim.ts";
import { checkNamespace } from "../trident/check-namespace.ts";
import { askOldTrident } from "../trident/rest/ask-legacy-trident.ts";
import { lookAtNewTrident } from "../trident/new/new-trident.ts";
import { startNewTrident } from "../trident/new/start-new-trident.ts";
import {
  handOverNewTrident,
  pauseNewTrident,
  resumeNewTrident,
  withdrawNewTrident,
} from "../trident/new/withdraw-new-trident.ts";
import { removePartialSnapshots } from "../snapshot/remove-partial-snapshots.ts";
import { saveSnapshot } from "../snapshot/save-snapshot.ts";
import { prepareSnapshotDirectory } from "../snapshot/snapshot-directory.ts";
import { untilAborted } from "../snapshot/until-aborted.ts";

/**
 * The migration's steps on a real cluster. An interruption ends the long waits of those that lead on; those that take something
 * back wait as long as they must. The loss of the Lease ends all of them, and what they would still change is not changed.
 * Raises ClusterUnreachableError when the kubeconfig leads to none.
 */
export function clusterEnvironment(request: MigrationRequest, userInterruption?: AbortSignal): MigrationEnvironment {
  const open = connectToCluster(request.cluster);
  const { cluster, gate, acquire, interruption } = gatedCluster(open, userInterruption);
  const { namespace, timeoutSeconds, snapshotDirectory = "", leaseSeconds: durationSeconds } = request;
  return {
    namespace,
    legacyDeployment: request.legacyDeployment,
    legacyClaim: request.legacyClaim?.claim,
    record: request.record,
    range: request.prefix,
    discardedKeys: request.discardedKeys,

    acquireLease: async (report) => {
      const { name, uid } = await readMigrationRecord(cluster, request);
      return acquire(migrationLease(namespace), { durationSeconds, owner: { name, uid }, report });
    },
    readRecord: async () => {
      await checkNamespace(cluster, namespace);
      return readMigrationRecord(cluster, request);
    },
    changeRecord: (change) => changeMigrationRecord(cluster, request, change),
    findTrident: () => findTridentOrClaim(cluster, request),

    checkLegacyImage: async (legacy, record) => {
      // Of an uninstalled one, the image is found when its claim is read; nothing that serves is stopped for that.
      if (legacy.isUninstalled === true) return;
      await checkLegacyEtcdImage(cluster, legacy, record, { timeoutSeconds, interruption });
    },
    checkClaim: (legacy) => checkClaim(cluster, legacy),
    prepareSnapshot: async () => {
      if (snapshotDirectory === "") return;
      await prepareSnapshotDirectory(snapshotDirectory);
      await removePartialSnapshots(snapshotDirectory, namespace, new Date());
    },
    openDestination: () =>
      openCheckedEtcd(cluster, request.destination, request.prefix, { timeoutSeconds, interruption }),
    openLiveSource: (legacy) => openLiveSource(cluster, legacy),
    askOldTrident: (legacy) => askOldTrident(cluster, legacy, { timeoutSeconds, interruption }),

    stopLegacy: async (legacy, record) => {
      if (legacy.isUninstalled !== true) {
        return stopLegacyTrident(cluster, legacy, record, { timeoutSeconds, interruption });
      }
      const stoppedAt = record.stoppedAt ?? new Date().toISOString();
      await changeMigrationRecord(cluster, request, { legacyClaim: legacy.claim, stoppedAt });
      return { legacy, generation: 0, stoppedAt };
    },
    openStoppedSource: (legacy, record) => {
      const patience = { timeoutSeconds, interruption };
      if (legacy.isUninstalled !== true || request.legacyClaim === undefined) {
        return openSourcePod(cluster, legacy, record, patience);
      }
      return openCopiedClaim(cluster, legacy, request.legacyClaim, record, patience);
    },
    takeSnapshot: async (source) => {
      if (snapshotDirectory === "") return undefined;
      const content = untilAborted(source.snapshot(), gate.signal);
      return saveSnapshot({ content, directory: snapshotDirectory, namespace, at: new Date() });
    },
    removeSourcePod: () => removeSourcePod(cluster, namespace, timeoutSeconds),
    checkStillStopped: async (stopped) => {
      if (stopped.legacy.isUninstalled === true) await checkClaimUntouched(cluster, stopped.legacy);
      else await checkStillStopped(cluster, stopped);
    },
    startNewTrident: async ({ destination, revision }) => {
      if (request.newTrident === undefined) return undefined;
      const trident = { namespace, spec: request.newTrident, timeoutSeconds, interruption };
      return startNewTrident(cluster, trident, { destination, range: request.prefix, revision });
    },
    findNewTrident: () => lookAtNewTrident(cluster, namespace),
    stopNewTrident: () => pauseNewTrident(cluster, { namespace, timeoutSeconds }),
    resumeNewTrident: () => resumeNewTrident(cluster, namespace),
    withdrawNewTrident: () => withdrawNewTrident(cluster, { namespace, timeoutSeconds }),
    deleteLegacy: async (stopped) => {
      if (stopped.legacy.isUninstalled !== true) await deleteLegacyTrident(cluster, stopped);
    },
    handOverNewTrident: () => handOverNewTrident(cluster, { namespace, timeoutSeconds }),

    restoreLegacy: async (legacy) => {
      await withdrawNewTrident(cluster, { namespace, timeoutSeconds });
      if (legacy.isUninstalled === true) {
        // What stays of it misleads nobody: the next run looks for the claim itself.
        const nothing = { legacyClaim: null, stoppedAt: null };
        await changeMigrationRecord(cluster, request, nothing).catch(() => undefined);
        return 0;
      }
      const replicas = await restoreLegacyTrident(cluster, legacy, request, timeoutSeconds);
      const patience = { timeoutSeconds, interruption: gate.heldSignal };
      if (replicas > 0) await waitUntilTridentServes(cluster, legacy, patience);
      return replicas;
    },
  };
}
