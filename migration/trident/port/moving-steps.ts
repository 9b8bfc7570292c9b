import type { V1Deployment } from "@kubernetes/client-node";
import { BlockedError } from "../../blockers/blocker.ts";
import { movedFromOther } from "../../blockers/move-blockers.ts";
import { describeAddress } from "../../connect/etcd-address.ts";
import { openEtcd } from "../../connect/open-etcd.ts";
import type { OpenStore } from "../../connect/open-store.ts";
import { patchDeployment } from "../../kubernetes/patch-deployment.ts";
import { describePod } from "../../kubernetes/pods.ts";
import { changeMigrationRecord, findMigrationRecord, readMigrationRecord } from "../../record/migration-record.ts";
import { migratedStateAfterMove } from "../../record/migrated-state.ts";
import { recordedResult } from "../../record/migration-result.ts";
import { snapshotFolder } from "../../snapshot/snapshot-folder.ts";
import { checkNamespace } from "../check-namespace.ts";
import { isMarked, stoppedReplicasAnnotation } from "../legacy/legacy-trident.ts";
import { forgetTheStop, replicasBefore, waitUntilReady } from "../legacy/restore-legacy-trident.ts";
import { LegacyTridentChangedError, saveAndScaleDown } from "../legacy/stop-legacy-trident.ts";
import { changeDeployment } from "../moving/change-deployment.ts";
import { classifyMoved } from "../moving/moved-trident.ts";
import { verifiedRevisionAnnotation, verifiedRevisionOf } from "../new/new-trident.ts";
import { waitUntilItServes } from "../new/start-new-trident.ts";
import { expectedLists } from "../rest/expected-lists.ts";
import { waitUntilTridentServes } from "../rest/trident-serving.ts";
import { troubleOfDeployment } from "../rest/trident-trouble.ts";
import type { ClusterPort } from "./cluster-port.ts";
import { recordPlace, untilEnded, type MoveSource, type Reach } from "./cluster-request.ts";
import { MovedDeployment } from "./moved-deployment.ts";

/** Those of a migration's steps that a move takes in another way. */
type MovingSteps = SourceSteps & LeavingSteps & ArrivingSteps;
type SourceSteps = Pick<
  ClusterPort,
  "readRecord" | "changeRecord" | "checkClaim" | "checkLegacyImage" | "saveSourceSnapshot" | "removeSourcePod"
> &
  Pick<ClusterPort, "openLiveSource" | "openStoppedSource">;
type LeavingSteps = Pick<
  ClusterPort,
  "findTrident" | "stopLegacy" | "checkStillStopped" | "deleteLegacy" | "restoreLegacy"
>;
type ArrivingSteps = Pick<ClusterPort, "startNewTrident" | "findNewTrident" | "pauseNewTrident" | "resumeNewTrident"> &
  Pick<ClusterPort, "withdrawNewTrident" | "handOverNewTrident">;

/**
 * A move: this program's own Trident goes from one etcd to another. There is one Deployment, and which etcd it names tells whose
 * state is the newest, whatever becomes of a run: it is stopped, pointed at the other etcd and started again, or pointed back.
 */
export function movingSteps(reach: Reach, source: MoveSource): MovingSteps {
  const moved = new MovedDeployment(reach, source.address);
  return { ...sourceSteps(reach, source), ...leavingSteps(reach, moved), ...arrivingSteps(reach, moved) };
}

function sourceSteps({ cluster, gate, interruption, request }: Reach, { address, clusterId }: MoveSource): SourceSteps {
  const { namespace, timeoutSeconds } = request;
  const open = async (): Promise<OpenStore> => {
    const etcd = await openEtcd(cluster, address, { timeoutSeconds, interruption });
    const found = (await etcd.status()).clusterId;
    if (found === clusterId) return etcd;
    await etcd.close();
    throw new BlockedError(movedFromOther(describeAddress(address), { asked: clusterId, found }));
  };
  return {
    readRecord: async () => {
      await checkNamespace(cluster, namespace);
      const record = await readMigrationRecord(cluster, recordPlace(request));
      if (record.phase !== "copied" || recordedResult(record).sourceClusterId === clusterId) return record;
      // It tells of the move that brought Trident here.
      await forgetTheStop(cluster, recordPlace(request));
      return readMigrationRecord(cluster, recordPlace(request));
    },
    changeRecord: async (change) => {
      const { etcdClusterId: to } = change;
      const main = typeof to === "string" ? await findMigrationRecord(cluster, request) : undefined;
      const moved = main && to ? { migratedStateIn: migratedStateAfterMove(main, { from: clusterId, to }) } : {};
      await changeMigrationRecord(cluster, recordPlace(request), { ...change, ...moved });
    },
    checkClaim: () => Promise.resolve(),
    checkLegacyImage: () => Promise.resolve(),
    openLiveSource: open,
    openStoppedSource: open,
    removeSourcePod: () => Promise.resolve(),
    saveSourceSnapshot: async (store) =>
      // Of an etcd that others may use, too, the rest is none of this program's business.
      address.kind === "managed"
        ? snapshotFolder(request.snapshotDirectory, namespace)?.save(store.snapshot(), gate.signal)
        : undefined,
  };
}

function leavingSteps(reach: Reach, moved: MovedDeployment): LeavingSteps {
  const { cluster, interruption, request } = reach;
  const { timeoutSeconds } = request;
  const place = recordPlace(request);
  return {
    findTrident: async () => {
      const deployment = await moved.read();
      if (deployment === undefined) return { kind: "absent" };
      return classifyMoved(deployment, moved.way, await findMigrationRecord(cluster, place));
    },
    stopLegacy: async (legacy, record) => {
      const stoppedAt = await saveAndScaleDown(cluster, legacy, record);
      await moved.waitUntilNoneIsOn("source", { timeoutSeconds, interruption });
      const { metadata } = await moved.readSame(legacy);
      return { legacy, generation: metadata?.generation ?? 0, stoppedAt };
    },
    checkStillStopped: async ({ legacy }) => {
      const deployment = await moved.readSame(legacy);
      const replicas = deployment.spec?.replicas ?? 1;
      if (moved.sideOf(deployment) === "source" && replicas > 0) {
        throw new LegacyTridentChangedError(legacy, `it is scaled to ${replicas}`);
      }
      const running = await moved.activePods("source");
      if (running.length > 0)
        throw new LegacyTridentChangedError(legacy, `there is ${running.map(describePod).join(", ")}`);
    },
    // Its Deployment is the new one's.
    deleteLegacy: () => Promise.resolve(),
    restoreLegacy: async (legacy) => {
      await moved.withdraw(timeoutSeconds);
      const deployment = await moved.readSame(legacy);
      const recorded = (await findMigrationRecord(cluster, place))?.legacyReplicas;
      const replicas = replicasBefore(deployment, recorded) ?? legacy.replicas;
      if (isMarked(deployment)) await patchDeployment(cluster, legacy, { annotations: noMarks, replicas });
      await waitUntilReady(cluster, legacy, replicas, timeoutSeconds);
      await forgetTheStop(cluster, place);
      if (replicas > 0) await waitUntilTridentServes(cluster, legacy, untilEnded(reach));
      return replicas;
    },
  };
}

function arrivingSteps({ cluster, interruption, request }: Reach, moved: MovedDeployment): ArrivingSteps {
  const { namespace, timeoutSeconds, newTrident: spec } = request;
  return {
    startNewTrident: async ({ destination, revision }) => {
      if (spec === undefined) throw new Error("a move needs to know how Trident is started on the other etcd");
      const deployment = await moved.readOrFail();
      const annotations = { [verifiedRevisionAnnotation]: revision.toString() };
      await patchDeployment(cluster, deployment.metadata ?? {}, { annotations });
      await changeDeployment(cluster, deployment, spec);
      const expected = await expectedLists({ destination, range: request.prefix, revision });
      const whyNoPod = async () => troubleOfDeployment(await moved.read());
      return waitUntilItServes(cluster, { namespace, spec, timeoutSeconds, interruption }, expected, whyNoPod);
    },
    findNewTrident: async () => {
      const deployment = await moved.read();
      if (deployment === undefined || !moved.isNew(deployment)) return undefined;
      return {
        replicas: deployment.spec?.replicas ?? 1,
        verifiedRevision: verifiedRevisionOf(deployment),
        hasServed: isAvailable(deployment),
      };
    },
    pauseNewTrident: async () => {
      await moved.pause(timeoutSeconds);
    },
    resumeNewTrident: async () => {
      const deployment = await moved.read();
      if (deployment === undefined || !moved.isNew(deployment)) return false;
      await patchDeployment(cluster, deployment.metadata ?? {}, { replicas: spec?.replicas ?? 1 });
      return true;
    },
    withdrawNewTrident: () => moved.withdraw(timeoutSeconds),
    handOverNewTrident: async () => {
      const deployment = await moved.read();
      if (deployment === undefined || !moved.isNew(deployment)) return;
      await patchDeployment(cluster, deployment.metadata ?? {}, { annotations: noMarks });
    },
  };
}

const noMarks = { [stoppedReplicasAnnotation]: null, [verifiedRevisionAnnotation]: null } as const;

/** That its pods are available now; what was so before it was pointed at the other etcd is not meant. */
function isAvailable({ metadata, status }: V1Deployment): boolean {
  return status?.observedGeneration === metadata?.generation && (status?.availableReplicas ?? 0) > 0;
}
