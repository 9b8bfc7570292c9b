import { CoordinationV1Api } from "@kubernetes/client-node";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import { installLegacyTrident } from "../../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../../sandbox/legacy-trident/read-trident-lists.ts";
import type { TridentLists } from "../../../sandbox/legacy-trident/legacy-trident-state.ts";
import { kubeconfigPath } from "../../../sandbox/sandbox-paths.ts";
import { migrateTridentState, type MigrationRequest } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration.ts";
import { legacyEtcdctl, parseKeys, type ListedKey } from "../etcd-keys.ts";
import { connectSandbox, deleteNamespace, podNames, type SandboxCluster } from "../sandbox-cluster.ts";
import { clientSecret, startDestinationEtcd, type DestinationEtcd } from "./destination-etcd.ts";

/** A legacy Trident in use, an etcd to move to, and the record: all that a migration finds when the stack calls it. */
export interface MigrationScene {
  readonly cluster: SandboxCluster;
  readonly namespace: string;
  readonly destination: DestinationEtcd;
  readonly request: MigrationRequest;
  /** Everything about the old Trident that a refused migration must leave as it is. */
  legacy(): Promise<LegacySnapshot>;
  legacyEtcdctl(...words: string[]): Promise<string>;
  legacyKeys(): Promise<Map<string, ListedKey>>;
  leaseNames(): Promise<(string | undefined)[]>;
  remove(): Promise<void>;
}

export interface LegacySnapshot {
  /** The Deployment's whole specification. */
  readonly spec: string;
  readonly annotations: string;
  readonly podUids: readonly string[];
  /** What its REST API answers. */
  readonly lists: TridentLists;
}

export const backendPassword = "never-to-be-printed";
const kubeconfig = kubeconfigPath;
const record = "trident-etcd-migration";
const selector = "app=trident.netapp.io";

export async function setUpScene(namespace: string, volumes: number): Promise<MigrationScene> {
  const cluster = connectSandbox();
  await installLegacyTrident({ kubeconfig, namespace, volumes, backendPassword }, () => undefined);
  await cluster.core.createNamespacedConfigMap({ namespace, body: { metadata: { name: record } } });
  const destination = await startDestinationEtcd(cluster, namespace);
  const etcdctl = async (...words: string[]) => {
    const [pod = ""] = await podNames(cluster, namespace, selector);
    return legacyEtcdctl(cluster.kubeconfig, namespace, pod, words);
  };
  return {
    cluster,
    namespace,
    destination,
    request: requestIn(namespace),
    legacy: () => snapshot(cluster, namespace),
    legacyEtcdctl: etcdctl,
    legacyKeys: async () => parseKeys(await etcdctl("get", "/trident/", "--prefix", "-w", "json")),
    leaseNames: async () => {
      const coordination = cluster.kubeconfig.makeApiClient(CoordinationV1Api);
      const leases = await coordination.listNamespacedLease({ namespace });
      return leases.items.map(({ metadata }) => metadata?.name);
    },
    remove: async () => {
      await destination.remove();
      await deleteNamespace(cluster, namespace);
    },
  };
}

export function requestIn(namespace: string): MigrationRequest {
  return {
    cluster: { kubeconfig },
    namespace,
    legacyDeployment: "trident",
    legacyEtcdContainer: "etcd",
    destination: { kind: "managed" as const, namespace, etcdCluster: "trident-etcd", clientSecret },
    record,
    prefix: keyPrefix("/trident/"),
    timeoutSeconds: 60,
    // The tests kill migrations, and the next one waits for that long.
    leaseSeconds: 20,
  };
}

/** The error that the migration ends with; it raises no other kind, and must end with one. */
export async function failureOf(migration: Promise<unknown>): Promise<MigrationError> {
  try {
    await migration;
  } catch (error) {
    if (error instanceof MigrationError) return error;
    throw error;
  }
  throw new Error("the migration succeeded");
}

export async function migrationFailure(request: MigrationRequest): Promise<MigrationError> {
  return failureOf(migrateTridentState(request, () => undefined));
}

async function snapshot(cluster: SandboxCluster, namespace: string): Promise<LegacySnapshot> {
  const { spec, metadata } = await cluster.apps.readNamespacedDeployment({ name: "trident", namespace });
  const pods = await cluster.core.listNamespacedPod({ namespace, labelSelector: selector });
  return {
    spec: JSON.stringify(spec),
    // The Deployment controller's own changes with each rollout.
    annotations: JSON.stringify({ ...metadata?.annotations, "deployment.kubernetes.io/revision": undefined }),
    podUids: pods.items.map((pod) => pod.metadata?.uid ?? ""),
    lists: await readTridentLists({ kubeconfig, namespace }),
  };
}
