import type { V1Deployment } from "@kubernetes/client-node";
import { openEtcd } from "../connect/open-etcd.ts";
import type { ManagedAddress } from "../connect/etcd-address.ts";
import type { KeyPrefix } from "../copy/store/key-range.ts";
import { connectToCluster, type ClusterAccess, type ClusterClient } from "../kubernetes/cluster-client.ts";
import { isOurs } from "../kubernetes/ownership.ts";
import { patchDeployment } from "../kubernetes/patch-deployment.ts";
import { describePod, isActive, listPods } from "../kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../kubernetes/wait-until.ts";
import { gatedCluster } from "../lease/gated-cluster.ts";
import { migrationLease } from "../lease/lease-place.ts";
import { askMembers } from "../members/ask-members.ts";
import { describeMembers } from "../members/asked-member.ts";
import { isQuorumLost } from "../members/quorum.ts";
import { waitForEtcd } from "../members/wait-for-members.ts";
import { changeMigrationRecord, readMigrationRecord } from "../record/migration-record.ts";
import { openSnapshotFile } from "../snapshot/file/open-snapshot-file.ts";
import { checkNamespace } from "../trident/check-namespace.ts";
import { readDeployment } from "../trident/legacy/legacy-trident.ts";
import { newTridentPods } from "../trident/new/new-trident.ts";
import { createClusterAgain, deleteLostCluster, manifestOf, readEtcdCluster } from "./etcd-cluster-object.ts";
import { sourceSteps, type SourceRequest } from "./fetch-source.ts";
import { isCopiedDatabase } from "./member-claims.ts";
import { holdOffClients } from "./hold-off-clients.ts";
import type { RestorePort } from "./restore-port.ts";

/** What is restored where. Names only: certificates are read from the Secret where they are used. */
export interface RestoreRequest extends SourceRequest {
  readonly cluster: ClusterAccess;
  /** The stack's own etcd. */
  readonly destination: ManagedAddress;
  /** The ConfigMap, made beforehand, that the restore records its steps in. */
  readonly record: string;
  /** Trident's keys. */
  readonly prefix: KeyPrefix;
  /** As `parseRestoreSource` takes it. */
  readonly from: string;
  /** The cluster id of the etcd that is given up; empty for none. */
  readonly abandonedEtcd: string;
  /** How many members the etcd is to have. */
  readonly size: number;
  /** The stack's own Deployment of Trident; absent for an etcd alone, which is restored with every key. */
  readonly tridentDeployment?: string;
  /** For each single wait. */
  readonly timeoutSeconds: number;
}

/** The name is taken by a Deployment that this project did not make. */
export class NotThisTridentError extends Error {
  override readonly name = "NotThisTridentError";

  constructor(namespace: string, deployment: string) {
    super(
      `Deployment ${deployment} in namespace ${namespace} was not made by this project, and is not stopped for a restore`,
    );
  }
}

/** The steps on a real cluster. Raises ClusterUnreachableError when the kubeconfig leads to none. */
export function restoreOnCluster(
  request: RestoreRequest,
  userInterruption: AbortSignal,
  report: (line: string) => void,
): RestorePort {
  const { cluster, acquire, interruption } = gatedCluster(connectToCluster(request.cluster), userInterruption);
  const { namespace, destination, record, size, timeoutSeconds } = request;
  const patience = { timeoutSeconds, interruption };
  const place = { namespace, record, part: "restore" } as const;
  return {
    acquireLease: async (tell) => {
      await checkNamespace(cluster, namespace);
      const { name, uid } = await readMigrationRecord(cluster, { namespace, record });
      return acquire(migrationLease(namespace), { owner: { name, uid }, report: tell });
    },
    readRecords: async () => ({
      stack: await readMigrationRecord(cluster, { namespace, record }),
      restore: await readMigrationRecord(cluster, place),
    }),
    changeRecord: (change) => changeMigrationRecord(cluster, place, change),
    openSnapshot: (path) => openSnapshotFile(path, { signal: interruption, withoutChecksum: isCopiedDatabase(path) }),
    ...sourceSteps(cluster, request, patience),
    lookAtEtcd: async () => {
      const stored = await readEtcdCluster(cluster, destination);
      if (stored === undefined) return { kind: "absent" };
      if (stored.metadata?.deletionTimestamp !== undefined) return { kind: "leaving" };
      const members = await askMembers(cluster, destination);
      if (!isQuorumLost(stored, members)) return { kind: "stands" };
      return { kind: "lost", seen: describeMembers(members), members, manifest: manifestOf(stored, destination) };
    },
    holdOffClients: (isHeldOff) => holdOffClients(cluster, destination, isHeldOff),
    deleteEtcdCluster: (manifest) => deleteLostCluster(cluster, destination, manifest, patience),
    createEtcdCluster: (manifest) => createClusterAgain(cluster, destination, manifest),
    waitForEtcd: () => waitForEtcd(cluster, destination, { ...patience, size, report }),
    openDestination: () => openEtcd(cluster, destination, patience),
    ...tridentSteps(cluster, request, patience),
  };
}

function tridentSteps(
  cluster: ClusterClient,
  { namespace, tridentDeployment: name }: RestoreRequest,
  patience: Patience,
): Pick<RestorePort, "findTrident" | "stopTrident" | "scaleTrident"> {
  const find = async (): Promise<V1Deployment | undefined> => {
    const deployment = name === undefined ? undefined : await readDeployment(cluster, namespace, name);
    if (deployment !== undefined && !isOurs(deployment)) throw new NotThisTridentError(namespace, name ?? "");
    return deployment;
  };
  const scale = async (replicas: number): Promise<V1Deployment | undefined> => {
    const deployment = await find();
    if (deployment !== undefined) await patchDeployment(cluster, deployment.metadata ?? {}, { replicas });
    return deployment;
  };
  return {
    findTrident: async () => {
      const deployment = await find();
      return deployment && { replicas: deployment.spec?.replicas ?? 1 };
    },
    stopTrident: async () => {
      const deployment = await scale(0);
      if (deployment?.spec === undefined) return;
      const selector = newTridentPods(deployment.spec);
      const awaited = `the pods of Deployment ${name ?? ""} in namespace ${namespace} to be gone`;
      await waitUntil({ awaited, ...patience, intervalMilliseconds: 150 }, async () => {
        const running = (await listPods(cluster, namespace, selector)).filter(isActive);
        return running.length === 0 ? seenDone(undefined) : seenSoFar(running.map(describePod).join(", "));
      });
    },
    scaleTrident: async (replicas) => {
      await scale(replicas);
    },
  };
}
