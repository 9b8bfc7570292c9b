import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isContainerRunning, listPods, podName } from "../kubernetes/pods.ts";
import { openPortForward } from "../kubernetes/port-forward.ts";
import { openEtcd } from "../endpoints/open-etcd.ts";
import type { LegacyTrident } from "../legacy/legacy-trident.ts";
import { openLiveSource } from "../legacy/live-source.ts";
import { findMigrationRecord, type MigrationRecord } from "../legacy/migration-record.ts";
import { checkNamespace } from "../preflight/check-namespace.ts";
import type { OpenStore } from "../stores/forwarded-store.ts";
import { readerOf, type ClusterReader } from "./cluster-reader.ts";
import { countEtcdv2Nodes } from "./etcdv2-nodes.ts";
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
    openDestination: () => openEtcd(cluster, request, { timeoutSeconds: 15 }),
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
