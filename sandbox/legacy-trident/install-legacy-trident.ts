import type { V1Deployment } from "@kubernetes/client-node";
import { connectToCluster, type ClusterClient } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { isNotFound } from "@trident-etcd/migration/kubernetes/errors.ts";
import { describePod, listPods } from "@trident-etcd/migration/kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil } from "@trident-etcd/migration/kubernetes/wait-until.ts";
import { applyObjects } from "./apply-objects.ts";
import { LegacyTridentFixtureError } from "./errors.ts";
import { fixtureNamespaceLabel } from "./fixture-namespace.ts";
import { legacyTridentManifests, type LegacyTridentOptions } from "./legacy-trident-manifests.ts";
import { legacyTrident } from "./legacy-trident-names.ts";
import { legacyTridentState, type TridentLists } from "./legacy-trident-state.ts";
import { readTridentLists } from "./read-trident-lists.ts";
import { seedEmbeddedEtcd } from "./seed-embedded-etcd.ts";

export interface InstallLegacyTridentRequest extends LegacyTridentOptions {
  /** A kubeconfig's path or contents. */
  readonly kubeconfig: string;
  readonly volumes: number;
  /** Stands in plain text in the state, as real storage passwords do. */
  readonly backendPassword: string;
  /** For each wait. @default 120 */
  readonly timeoutSeconds?: number;
}

/**
 * Installs a Trident with its embedded etcd, in use already: seeds its state, then starts it anew so that it reads it.
 * Done when its REST API lists all of it; answers those lists. May be repeated: the state is written anew. Raises
 * LegacyTridentFixtureError when another Trident is there or the lists differ.
 */
export async function installLegacyTrident(
  request: InstallLegacyTridentRequest,
  report: (line: string) => void,
): Promise<TridentLists> {
  const { namespace, timeoutSeconds = 120 } = request;
  const cluster = connectToCluster({ kubeconfig: request.kubeconfig });
  const manifests = legacyTridentManifests(request);
  const state = legacyTridentState(request);
  await refuseAnotherTrident(cluster, namespace);
  await createNamespace(cluster, namespace);

  report(`Installing a legacy Trident (the stand-in, unless images were given) into namespace ${namespace}`);
  await applyObjects(cluster, Object.values(manifests));
  report(`Writing ${state.entries.length} keys into its embedded etcd`);
  await seedEmbeddedEtcd(cluster, { namespace, timeoutSeconds }, state);
  report("Starting it anew, so that it reads them");
  await restart(cluster, request, timeoutSeconds);
  const lists = await readTridentLists({ kubeconfig: request.kubeconfig, namespace, timeoutSeconds });
  refuseOtherLists(lists, state.names);
  report(
    `It serves ${lists.backends.length} backends, ${lists.storageClasses.length} storage classes and ${lists.volumes.length} volumes`,
  );
  return lists;
}

async function refuseAnotherTrident(cluster: ClusterClient, namespace: string): Promise<void> {
  const found = await readDeployment(cluster, namespace);
  const containers = found?.spec?.template.spec?.containers ?? [];
  if (found !== undefined && !containers.some((container) => container.name === legacyTrident.etcdContainer)) {
    throw new LegacyTridentFixtureError(
      `Namespace ${namespace} already has a Trident without an embedded etcd: remove it before.`,
    );
  }
}

async function readDeployment(cluster: ClusterClient, namespace: string): Promise<V1Deployment | undefined> {
  try {
    return await cluster.apps.readNamespacedDeployment({ name: legacyTrident.deployment, namespace });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function createNamespace(cluster: ClusterClient, name: string): Promise<void> {
  const { items } = await cluster.core.listNamespace();
  if (items.some((each) => each.metadata?.name === name)) return;
  await cluster.core.createNamespace({ body: { metadata: { name, labels: { ...fixtureNamespaceLabel } } } });
}

// Down to none and up again, not a deleted pod: a new pod would start on the volume while the old one still ends.
async function restart(cluster: ClusterClient, options: LegacyTridentOptions, timeoutSeconds: number): Promise<void> {
  await applyObjects(cluster, [legacyTridentManifests({ ...options, replicas: 0 }).deployment]);
  await waitUntilStopped(cluster, options.namespace, timeoutSeconds);
  await applyObjects(cluster, [legacyTridentManifests({ ...options, replicas: 1 }).deployment]);
}

/** Also what a removal waits for. */
export async function waitUntilStopped(
  cluster: ClusterClient,
  namespace: string,
  timeoutSeconds: number,
): Promise<void> {
  await waitUntil({ awaited: `the legacy Trident in namespace ${namespace} to stop`, timeoutSeconds }, async () => {
    const pods = await listPods(cluster, namespace, legacyTrident.labelSelector);
    return pods.length === 0 ? seenDone(undefined) : seenSoFar(pods.map(describePod).join(", "));
  });
}

function refuseOtherLists(actual: TridentLists, expected: TridentLists): void {
  for (const kind of ["backends", "storageClasses", "volumes"] as const) {
    if (actual[kind].join("\n") !== expected[kind].join("\n")) {
      throw new LegacyTridentFixtureError(
        `The legacy Trident lists ${actual[kind].length} ${kind}, not the ${expected[kind].length} that were written.`,
      );
    }
  }
}
