import type { V1Deployment } from "@kubernetes/client-node";
import { describeAddress } from "../../connect/etcd-address.ts";
import { refuseUnusableEtcd } from "../../connect/check-etcd.ts";
import { openEtcd, type OpenEtcd } from "../../connect/open-etcd.ts";
import { connectToCluster } from "../../kubernetes/cluster-client.ts";
import { isNotFound } from "../../kubernetes/errors.ts";
import { isOurs } from "../../kubernetes/ownership.ts";
import { openUntil } from "../../kubernetes/connections/request-gate.ts";
import { migrationLease } from "../../lease/lease-place.ts";
import { gatedCluster } from "../../lease/gated-cluster.ts";
import { changeMigrationRecord, findMigrationRecord, readMigrationRecord } from "../../record/migration-record.ts";
import { snapshotFolder } from "../../snapshot/snapshot-folder.ts";
import { checkNamespace } from "../check-namespace.ts";
import { askLegacyTrident } from "../legacy/ask-legacy-trident.ts";
import { checkClaim, checkClaimUntouched } from "../legacy/check-claim.ts";
import { checkLegacyEtcdImage } from "../legacy-etcd/image-check.ts";
import { openLiveSource } from "../legacy-etcd/live-source.ts";
import { openCopiedClaim } from "../legacy-etcd/open-copied-claim.ts";
import { pullLegacyTrident } from "../legacy/pull-legacy-trident.ts";
import {
  recreateLegacyTrident,
  removeRecreatedLegacyTrident,
  waitUntilLegacyServes,
} from "../legacy/recreate-legacy-trident.ts";
import { restoreLegacyTrident } from "../legacy/restore-legacy-trident.ts";
import { openSourcePod, removeSourcePod } from "../legacy-etcd/source-pod.ts";
import { checkStillStopped, deleteLegacyTrident, stopLegacyTrident } from "../legacy/stop-legacy-trident.ts";
import { markClaimStale, unmarkClaim } from "../legacy/stale-claim.ts";
import { findTridentOrClaim } from "../legacy/uninstalled-trident.ts";
import { findNewTridentState } from "../new/new-trident.ts";
import { pullNewTrident } from "../new/pull-new-trident.ts";
import { startNewTrident, startNewTridentAgain } from "../new/start-new-trident.ts";
import {
  handOverNewTrident,
  pauseNewTrident,
  removeHandedOver,
  resumeNewTrident,
  stopNewTrident,
  withdrawNewTrident,
} from "../new/withdraw-new-trident.ts";
import { waitUntilTridentServes } from "../rest/trident-serving.ts";
import type {
  ClusterPort,
  EtcdSteps,
  LegacySteps,
  NewTridentSteps,
  RecordSteps,
  SnapshotSteps,
} from "./cluster-port.ts";
import { movingSteps } from "./moving-steps.ts";
import { recordPlace, untilEnded, type ClusterRequest, type ClusterRun, type Reach } from "./cluster-request.ts";

/**
 * The steps on a real cluster. The loss of the Lease ends all of them, and what they would still change is not changed. Raises
 * ClusterUnreachableError when the kubeconfig leads to none.
 */
export function clusterAdapter(request: ClusterRequest, run: ClusterRun = {}): ClusterPort {
  const { interruption, endsAtOnce = false } = run;
  const open = connectToCluster(request.cluster);
  const reached = endsAtOnce && interruption !== undefined ? open.behind(openUntil(interruption)) : open;
  const reach = { ...gatedCluster(reached, interruption), request, run };
  const { namespace, legacyDeployment, legacyEtcdContainer, carriedPod, discardedKeys } = request;
  return {
    ...{ namespace, legacyDeployment, legacyEtcdContainer, carriedPod, discardedKeys },
    legacyClaim: request.legacyClaim?.claim,
    recordName: request.record,
    movesFrom: request.source?.address,
    range: request.prefix,
    ...recordSteps(reach),
    ...legacySteps(reach),
    ...newTridentSteps(reach),
    ...etcdSteps(reach),
    ...snapshotSteps(reach),
    ...(request.source === undefined ? {} : movingSteps(reach, request.source)),
  };
}

function recordSteps({ cluster, acquire, request }: Reach): RecordSteps {
  const { namespace, leaseSeconds: durationSeconds } = request;
  const place = recordPlace(request);
  return {
    acquireLease: async (report) => {
      const record = await findMigrationRecord(cluster, place);
      const owner = record === undefined ? {} : { owner: { name: record.name, uid: record.uid } };
      return acquire(migrationLease(namespace), { durationSeconds, ...owner, report });
    },
    findRecord: () => findMigrationRecord(cluster, place),
    readRecord: async () => {
      await checkNamespace(cluster, namespace);
      return readMigrationRecord(cluster, place);
    },
    changeRecord: (change) => changeMigrationRecord(cluster, place, change),
  };
}

function legacySteps(reach: Reach): LegacySteps {
  const { cluster, interruption, request } = reach;
  const { namespace, legacyDeployment, timeoutSeconds, destination } = request;
  const patience = { timeoutSeconds, interruption };
  return {
    findTrident: () => findTridentOrClaim(cluster, request),
    readDeployment: () =>
      cluster.requestJson({
        method: "GET",
        path: `/apis/apps/v1/namespaces/${namespace}/deployments/${legacyDeployment}`,
      }),
    checkClaim: (legacy) => checkClaim(cluster, legacy),
    checkLegacyImage: async (legacy, record) => {
      // Of an uninstalled one, the image is found when its claim is read; nothing that serves is stopped for that.
      if (legacy.isUninstalled === true) return;
      await checkLegacyEtcdImage(cluster, legacy, record, patience, request.helperPod);
    },
    pullLegacyImages: (legacy, record) => pullLegacyTrident(cluster, legacy, record, patience),
    askLegacy: (legacy) => askLegacyTrident(cluster, legacy, patience),
    stopLegacy: async (legacy, record) => {
      if (legacy.isUninstalled !== true) return stopLegacyTrident(cluster, legacy, record, patience);
      const stoppedAt = record.stoppedAt ?? new Date().toISOString();
      await changeMigrationRecord(cluster, request, { legacyClaim: legacy.claim, stoppedAt });
      return { legacy, generation: 0, stoppedAt };
    },
    checkStillStopped: async (stopped) => {
      if (stopped.legacy.isUninstalled === true) await checkClaimUntouched(cluster, stopped.legacy);
      else await checkStillStopped(cluster, stopped);
    },
    deleteLegacy: async (stopped) => {
      if (stopped.legacy.isUninstalled !== true) await deleteLegacyTrident(cluster, stopped);
    },
    restoreLegacy: async (legacy) => {
      await withdrawNewTrident(cluster, { namespace, timeoutSeconds });
      if (legacy.isUninstalled === true) {
        // What stays of it misleads nobody: the next run looks for the claim itself.
        const nothing = { legacyClaim: null, stoppedAt: null };
        await changeMigrationRecord(cluster, request, nothing).catch(() => undefined);
        return 0;
      }
      const replicas = await restoreLegacyTrident(cluster, legacy, request, timeoutSeconds);
      if (replicas > 0) await waitUntilTridentServes(cluster, legacy, untilEnded(reach));
      return replicas;
    },
    recreateLegacy: (legacy, record) => recreateLegacyTrident(cluster, legacy, record),
    waitUntilLegacyServes: (legacy, expected) => waitUntilLegacyServes(cluster, legacy, expected, patience),
    removeRecreatedLegacy: (legacy, uid) => removeRecreatedLegacyTrident(cluster, legacy, uid, timeoutSeconds),
    markClaimStale: (claim, since) => {
      const movedTo = destination === undefined ? "another etcd" : describeAddress(destination);
      return markClaimStale(cluster, { namespace, claim }, { since, movedTo });
    },
    unmarkClaim: (claim) => unmarkClaim(cluster, { namespace, claim }),
  };
}

function newTridentSteps({ cluster, interruption, request }: Reach): NewTridentSteps {
  const { namespace, legacyDeployment: name, timeoutSeconds, newTrident: spec } = request;
  const place = { namespace, timeoutSeconds };
  return {
    pullNewImage: async (owner) => {
      if (spec !== undefined)
        await pullNewTrident(cluster, { namespace, spec, owner }, { timeoutSeconds, interruption });
    },
    startNewTrident: async ({ destination, revision }) => {
      if (spec === undefined) return undefined;
      const trident = { ...place, spec, interruption };
      return startNewTrident(cluster, trident, { destination, range: request.prefix, revision });
    },
    startNewTridentAgain: (record) => startNewTridentAgain(cluster, record, { timeoutSeconds, spec }),
    findNewTrident: () => findNewTridentState(cluster, namespace),
    readNewTrident: async () => {
      try {
        const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
        const deployment = (await cluster.requestJson({ method: "GET", path })) as V1Deployment;
        return isOurs(deployment) ? JSON.stringify(deployment.spec) : undefined;
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    pauseNewTrident: () => pauseNewTrident(cluster, place),
    resumeNewTrident: () => resumeNewTrident(cluster, namespace),
    withdrawNewTrident: () => withdrawNewTrident(cluster, place),
    handOverNewTrident: () => handOverNewTrident(cluster, place),
    removeHandedOver: () => removeHandedOver(cluster, place),
    stopNewTrident: () => stopNewTrident(cluster, { ...place, interruption }),
  };
}

function etcdSteps({ cluster, interruption, request, run }: Reach): EtcdSteps {
  const { namespace, timeoutSeconds, destination, prefix, legacyClaim, helperPod } = request;
  const patience = { timeoutSeconds, interruption };
  return {
    openDestination: () => {
      if (destination === undefined) throw new Error("this stack does not know yet where: run `pulumi up` once before");
      // What stands below the prefix is compared with the source's state.
      const refuse = (etcd: OpenEtcd) => refuseUnusableEtcd(etcd, { prefix, mustBeEmpty: false });
      return openEtcd(cluster, destination, patience, run.refusesUnusableDestination === true ? refuse : undefined);
    },
    openLiveSource: (legacy) => openLiveSource(cluster, legacy),
    openStoppedSource: (legacy, record) =>
      legacy.isUninstalled !== true || legacyClaim === undefined
        ? openSourcePod(cluster, legacy, record, patience, helperPod)
        : openCopiedClaim(cluster, legacy, legacyClaim, record, patience, helperPod),
    removeSourcePod: () => removeSourcePod(cluster, namespace, timeoutSeconds),
  };
}

function snapshotSteps({ gate, interruption, request }: Reach): SnapshotSteps {
  const { namespace, destination } = request;
  const folder = snapshotFolder(request.snapshotDirectory, namespace);
  return {
    prepareSnapshot: async () => {
      await folder?.prepare();
      await folder?.prune();
    },
    // The new Trident serves by then: whoever interrupts the run waits for its end.
    saveSourceSnapshot: async (source) => folder?.save(source.snapshot(), gate.signal),
    saveDestinationSnapshot: async (store) =>
      // Of an etcd that others may use, too, the rest is none of this program's business.
      destination?.kind === "managed" ? folder?.save(store.snapshot(), interruption) : undefined,
  };
}
