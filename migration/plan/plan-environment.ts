import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isContainerRunning, listPods, podName } from "../kubernetes/pods.ts";
import { openPortForward } from "../kubernetes/port-forward.ts";
import { checkExistingEtcd } from "../endpoints/check-existing-etcd.ts";
import { isEtcdCluster } from "../endpoints/describe-address.ts";
import { openEtcdCluster } from "../endpoints/open-etcd-cluster.ts";
import { connectExistingEtcd, type ExistingEtcd } from "../endpoints/open-existing-etcd.ts";
import type { LegacyTrident } from "../legacy/legacy-trident.ts";
import { openLiveSource } from "../legacy/live-source.ts";
import { findMigrationRecord, type MigrationRecord } from "../legacy/migration-record.ts";
import type { BlockerError } from "../preflight/blocker.ts";
import { checkNamespace } from "../preflight/check-namespace.ts";
import type { OpenStore } from "../stores/forwarded-store.ts";
import { readerOf, type ClusterReader } from "./cluster-reader.ts";
import { countEtcdv2Nodes } from "./etcdv2-nodes.ts";
import type { Flow } from "./migration-plan.ts";
import type { PlanRequest } from "./plan-request.ts";

/** What the plan needs from the cluster, all of it to look at; it is tested against one in memory. */
export interface PlanEnvironment {
  /** `"context" (https://server)` */
  readonly cluster: string;
  readonly reader: ClusterReader;
  /** Raises NamespaceMissingError, and ClusterUnreachableError. */
  checkNamespace(): Promise<void>;
  findRecord(): Promise<MigrationRecord | undefined>;
  /** Undefined when the legacy etcd does not run. */
  openSource(legacy: LegacyTrident): Promise<OpenStore | undefined>;
  openDestination(): Promise<OpenStore>;
  /** Of one that is not the stack's own: what keeps it from being used. */
  examineDestination(
    destination: OpenStore,
    flow: Flow,
  ): Promise<{ readonly problems: readonly BlockerError[]; readonly reached?: "directly" | "through a pod" }>;
  countEtcdv2Nodes(legacy: LegacyTrident): Promise<number>;
}

/** Raises ClusterUnreachableError when the kubeconfig leads to no cluster. */
export function planEnvironment(cluster: ClusterClient, request: PlanRequest): PlanEnvironment {
  const { namespace } = request;
  return {
    cluster: cluster.description,
    reader: readerOf(cluster),
    checkNamespace: () => checkNamespace(cluster, namespace),
    findRecord: () => findMigrationRecord(cluster, request),
    openSource: (legacy) => openLiveSource(cluster, legacy),
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
          request.prefix
            .split("/")
            .filter((part) => part !== "")
            .join("/"),
        );
      } finally {
        await forward.close();
      }
    },
  };
}

type Destination = Pick<PlanEnvironment, "openDestination" | "examineDestination">;

function destinationOnCluster(cluster: ClusterClient, request: PlanRequest): Destination {
  const { destination, existing, prefix } = request;
  if (isEtcdCluster(destination)) {
    return {
      openDestination: () => openEtcdCluster(cluster, destination),
      examineDestination: () => Promise.resolve({ problems: [] }),
    };
  }
  const { identity = {}, adoptState = false, mayMakePods = false, timeoutSeconds = 15 } = existing ?? {};
  let opened: ExistingEtcd | undefined;
  return {
    // With what its Secret will hold: the Secret itself is made by the run.
    openDestination: async () =>
      (opened = await connectExistingEtcd(cluster, destination, identity, { timeoutSeconds, mayMakePods })),
    examineDestination: async (_, flow) => {
      if (opened === undefined) return { problems: [] };
      const mustBeEmpty = flow === "install" && !adoptState;
      return {
        problems: await checkExistingEtcd(opened, { prefix, identity, mustBeEmpty }),
        reached: opened.pod === undefined ? "directly" : "through a pod",
      };
    },
  };
}
