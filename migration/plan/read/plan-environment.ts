import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { describeFailure } from "../../wording/describe-failure.ts";
import { seenSoFar } from "../../kubernetes/wait-until.ts";
import { isContainerRunning, listPods, podName } from "../../kubernetes/pods.ts";
import { openPortForward } from "../../kubernetes/port-forward.ts";
import { askMembersOf } from "../../members/ask-members.ts";
import type { AskedMember } from "../../members/asked-member.ts";
import { checkEtcd } from "../../connect/check-etcd.ts";
import { connectToEtcd, type OpenEtcd } from "../../connect/open-etcd.ts";
import type { LegacyTrident } from "../../trident/legacy/legacy-trident.ts";
import { openLiveSource } from "../../trident/legacy-etcd/live-source.ts";
import { recordReadOnce, type MigrationRecord } from "../../record/migration-record.ts";
import type { Blocker } from "../../blockers/blocker.ts";
import { checkNamespace } from "../../trident/check-namespace.ts";
import type { NamesAnswer } from "../../trident/rest/ask-for-lists.ts";
import { askLegacyTrident } from "../../trident/legacy/ask-legacy-trident.ts";
import { checkTrident } from "../../serving/wait-for-trident.ts";
import type { OpenStore } from "../../connect/open-store.ts";
import { isCopiedDatabase } from "../../restore/member-claims.ts";
import { snapshotTime, type SnapshotTime } from "../../restore/snapshot-time.ts";
import { openSnapshotFile } from "../../snapshot/file/open-snapshot-file.ts";
import type { SnapshotStore } from "../../snapshot/file/snapshot-store.ts";
import { snapshotFolder } from "../../snapshot/snapshot-folder.ts";
import { readerOf, type ClusterReader } from "./cluster-reader.ts";
import { countEtcdv2Nodes } from "./state/etcdv2-nodes.ts";
import type { Flow } from "../migration-plan.ts";
import type { PlanRequest } from "../plan-request.ts";

/** One whose whole file was checked. It is to be closed. */
export type ReadableSnapshot = SnapshotStore & SnapshotTime;

/** What the plan needs from the cluster, all of it to look at; it is tested against one in memory. */
export interface PlanEnvironment {
  /** `"context" (https://server)` */
  readonly cluster: string;
  readonly reader: ClusterReader;
  /** Raises BlockedError (namespaceMissing), and ClusterUnreachableError. */
  checkNamespace(): Promise<void>;
  findRecord(): Promise<MigrationRecord | undefined>;
  /** What it says of a move from one etcd to another. */
  findMoveRecord(): Promise<MigrationRecord | undefined>;
  /** What it says of restores. */
  findRestoreRecord(): Promise<MigrationRecord | undefined>;
  /** On this machine; checks the whole file. Raises SnapshotFileError. */
  openSnapshot(path: string): Promise<ReadableSnapshot>;
  /** Absolute paths of those that are kept of this namespace's etcds, the oldest first. */
  listSnapshots(): Promise<readonly string[]>;
  /** Undefined when the legacy etcd does not run. */
  openSource(legacy: LegacyTrident): Promise<OpenStore | undefined>;
  /** What the old Trident, which is to serve, lists. */
  askLegacyTrident(legacy: LegacyTrident): Promise<NamesAnswer>;
  openDestination(): Promise<OpenStore>;
  /** Of one that is not the stack's own: what keeps it from being used. */
  examineDestination(
    destination: OpenStore,
    flow: Flow,
  ): Promise<{ readonly problems: readonly Blocker[]; readonly reached?: "directly" | "through a pod" }>;
  countEtcdv2Nodes(legacy: LegacyTrident): Promise<number>;
  /** Those of the stack's own etcd, each asked itself; none where it is somebody else's. */
  askMembers(): Promise<readonly AskedMember[]>;
  /** Undefined when the stack's own Trident serves, else what is in the way. */
  findTridentTrouble(): Promise<string | undefined>;
}

/** Raises ClusterUnreachableError when the kubeconfig leads to no cluster. */
export function planEnvironment(cluster: ClusterClient, request: PlanRequest): PlanEnvironment {
  const { namespace } = request;
  const record = recordReadOnce(cluster, request);
  return {
    cluster: cluster.description,
    reader: readerOf(cluster),
    checkNamespace: () => checkNamespace(cluster, namespace),
    findRecord: () => record(),
    findMoveRecord: () => record("move"),
    findRestoreRecord: () => record("restore"),
    openSnapshot: async (path) => {
      const store = await openSnapshotFile(path, { withoutChecksum: isCopiedDatabase(path) });
      try {
        return Object.assign(store, await snapshotTime(path));
      } catch (error) {
        await store.close();
        throw error;
      }
    },
    listSnapshots: async () => (await snapshotFolder(request.snapshotDirectory, namespace)?.list()) ?? [],
    openSource: (legacy) =>
      legacy.externalEtcd === undefined
        ? openLiveSource(cluster, legacy)
        : connectToEtcd(cluster, legacy.externalEtcd.address, waitingFor(request)),
    askLegacyTrident: (legacy) => askLegacyTrident(cluster, legacy, { timeoutSeconds: 4 }),
    ...destinationOnCluster(cluster, request),
    countEtcdv2Nodes: async (legacy) => {
      const forward = await openPortForward(cluster, {
        namespace,
        choosePod: async () => {
          const pods = await listPods(cluster, namespace, legacy.selector);
          return podName(pods.find((pod) => isContainerRunning(pod, legacy.etcdContainer.name)) ?? {});
        },
        port: legacy.clientPort,
      });
      try {
        return await countEtcdv2Nodes(
          forward,
          request.prefix.text
            .split("/")
            .filter((part) => part !== "")
            .join("/"),
        );
      } finally {
        await forward.close();
      }
    },
    findTridentTrouble: () => findTridentTrouble(cluster, request),
  };
}

/** One answer is all that a plan has the time for. */
const tridentMilliseconds = 5_000;

async function findTridentTrouble(
  cluster: ClusterClient,
  { namespace, legacyDeployment: deployment }: PlanRequest,
): Promise<string | undefined> {
  try {
    const look = await Promise.race([
      checkTrident(cluster, { namespace, deployment }),
      sleep(tridentMilliseconds, seenSoFar(`no answer within ${tridentMilliseconds / 1000} s`), { ref: false }),
    ]);
    return look.done ? undefined : look.seen;
  } catch (error) {
    return describeFailure(error);
  }
}

function waitingFor({ existing }: PlanRequest) {
  const { mayMakePods = false, timeoutSeconds = 15 } = existing ?? {};
  return { timeoutSeconds, mayMakePods };
}

type Destination = Pick<PlanEnvironment, "openDestination" | "examineDestination" | "askMembers">;

function destinationOnCluster(cluster: ClusterClient, request: PlanRequest): Destination {
  const { destination, existing, prefix } = request;
  const { identity, adoptState = false } = existing ?? {};
  let opened: OpenEtcd | undefined;
  return {
    askMembers: () => askMembersOf(cluster, destination),
    // With what its Secret will hold: the Secret itself is made by the run.
    openDestination: async () => (opened = await connectToEtcd(cluster, destination, waitingFor(request), identity)),
    examineDestination: async (_, flow) => {
      if (opened === undefined) return { problems: [] };
      const problems = await checkEtcd(opened, { prefix, mustBeEmpty: flow === "install" && !adoptState });
      return { problems, ...("reached" in opened ? { reached: opened.reached } : {}) };
    },
  };
}
