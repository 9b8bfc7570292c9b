import { RbacAuthorizationV1Api } from "@kubernetes/client-node";
import { connectToCluster, type ClusterClient } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { seenDone, seenSoFar, waitUntil } from "@trident-etcd/migration/kubernetes/wait-until.ts";
import { deleteObjects } from "./apply-objects.ts";
import { isFixtureNamespace } from "./fixture-namespace.ts";
import { waitUntilStopped } from "./install-legacy-trident.ts";
import { legacyTridentManifests, type LegacyTridentOptions } from "./legacy-trident-manifests.ts";
import { legacyTrident } from "./legacy-trident-names.ts";

export interface RemoveLegacyTridentRequest extends Pick<LegacyTridentOptions, "namespace" | "persistentVolumeClaim"> {
  /** A kubeconfig's path or contents. */
  readonly kubeconfig: string;
  /** For each wait. @default 120 */
  readonly timeoutSeconds?: number;
}

/** Removes the fixture with its volume claim, and its namespace if installLegacyTrident created it. May be repeated. */
export async function removeLegacyTrident(
  request: RemoveLegacyTridentRequest,
  report: (line: string) => void,
): Promise<void> {
  const { namespace, timeoutSeconds = 120 } = request;
  const cluster = connectToCluster({ kubeconfig: request.kubeconfig });
  const manifests = legacyTridentManifests(request);
  report(`Removing the legacy Trident from namespace ${namespace}`);
  await deleteObjects(cluster, [manifests.deployment]);
  await waitUntilStopped(cluster, namespace, timeoutSeconds);
  await deleteObjects(cluster, [manifests.persistentVolumeClaim, manifests.serviceAccount]);
  if (await isBoundTo(cluster, namespace)) {
    await deleteObjects(cluster, [manifests.clusterRoleBinding, manifests.clusterRole]);
  }
  await removeFixtureNamespace(cluster, namespace, timeoutSeconds);
}

/** The cluster-wide objects belong to whichever namespace's Trident was installed last. */
async function isBoundTo(cluster: ClusterClient, namespace: string): Promise<boolean> {
  const { items } = await cluster.configuration.makeApiClient(RbacAuthorizationV1Api).listClusterRoleBinding();
  const binding = items.find((each) => each.metadata?.name === legacyTrident.clusterRole);
  return binding?.subjects?.some((subject) => subject.namespace === namespace) ?? false;
}

async function removeFixtureNamespace(cluster: ClusterClient, name: string, timeoutSeconds: number): Promise<void> {
  await waitUntil({ awaited: `namespace ${name} to be gone`, timeoutSeconds }, async () => {
    const { items } = await cluster.core.listNamespace();
    const found = items.find((each) => each.metadata?.name === name);
    if (found === undefined || !isFixtureNamespace(found)) return seenDone(undefined);
    if (found.metadata?.deletionTimestamp === undefined) await cluster.core.deleteNamespace({ name });
    return seenSoFar(found.status?.phase ?? "unknown");
  });
}
