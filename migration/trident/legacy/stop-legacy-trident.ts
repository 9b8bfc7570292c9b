import type { V1Deployment } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isConflict, isNotFound } from "../../kubernetes/errors.ts";
import { isOurs } from "../../kubernetes/ownership.ts";
import { patchDeployment } from "../../kubernetes/patch-deployment.ts";
import { describePod, isActive, listPods } from "../../kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../../kubernetes/wait-until.ts";
import { readDeployment, stoppedReplicasAnnotation, type LegacyTrident } from "./legacy-trident.ts";
import { changeMigrationRecord, type MigrationRecord, type RecordPlace } from "../../record/migration-record.ts";
import { savedManifest } from "./saved-manifest.ts";

/** The legacy Trident as the migration stopped it: what must still be so when the migration ends. */
export interface StoppedTrident {
  readonly legacy: LegacyTrident;
  /** The Deployment's generation right after the stop. */
  readonly generation: number;
  /** When it was stopped, by this run or an earlier one, as ISO 8601. */
  readonly stoppedAt: string;
}

/** Somebody or something has changed or started the legacy Deployment while its state was being copied. */
export class LegacyTridentChangedError extends Error {
  override readonly name = "LegacyTridentChangedError";

  constructor(legacy: LegacyTrident, what: string) {
    super(
      `Deployment ${legacy.name} in namespace ${legacy.namespace} was changed during the migration: ${what}. Its etcd ` +
        `may have been written to, so the copy can't be relied on. Keep everything from changing it (autoscalers, ` +
        `GitOps tools, colleagues) and run \`pulumi up\` again.`,
    );
  }
}

/** Saves the Deployment in the record, scales it to 0 and waits until nothing of its pods runs any more. */
export async function stopLegacyTrident(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  record: MigrationRecord,
  patience: Patience,
): Promise<StoppedTrident> {
  const stoppedAt = await saveAndScaleDown(cluster, legacy, record);
  await waitUntilPodsAreGone(cluster, legacy, patience);
  const deployment = await readDeployment(cluster, legacy.namespace, legacy.name);
  refuseOtherThanStopped(legacy, deployment);
  return { legacy, generation: deployment?.metadata?.generation ?? 0, stoppedAt };
}

/** Does nothing to one that a migration has stopped. Answers when it was stopped, as ISO 8601. */
export async function saveAndScaleDown(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  record: MigrationRecord,
): Promise<string> {
  const now = new Date().toISOString();
  if (legacy.stoppedByMigration) return record.stoppedAt ?? now;
  await saveManifest(cluster, legacy, record, now);
  const annotations = { [stoppedReplicasAnnotation]: String(legacy.replicas) };
  await patchDeployment(cluster, legacy, { annotations, replicas: 0 });
  return now;
}

/**
 * Deletes the stopped Deployment, on the condition that it is as the migration left it; its claim and volume stay.
 * Raises LegacyTridentChangedError, with nothing deleted, when it is not.
 */
export async function deleteLegacyTrident(cluster: ClusterClient, stopped: StoppedTrident): Promise<void> {
  const { namespace, name, uid } = stopped.legacy;
  const deployment = await checkStillStopped(cluster, stopped);
  const resourceVersion = deployment.metadata?.resourceVersion;
  const preconditions = resourceVersion === undefined ? { uid } : { uid, resourceVersion };
  try {
    await cluster.apps.deleteNamespacedDeployment({
      namespace,
      name,
      body: { preconditions, propagationPolicy: "Background" },
    });
  } catch (error) {
    if (isConflict(error)) throw new LegacyTridentChangedError(stopped.legacy, "it changed while it was being deleted");
    // A lost answer: what counts is whether it is gone.
    if (!isNotFound(error) && (await readDeployment(cluster, namespace, name)) !== undefined) throw error;
  }
  await waitUntilDeploymentIsGone(cluster, stopped.legacy);
}

/** Raises LegacyTridentChangedError unless the Deployment is the same, unchanged, at 0 replicas and without pods. */
export async function checkStillStopped(cluster: ClusterClient, stopped: StoppedTrident): Promise<V1Deployment> {
  const { legacy } = stopped;
  const deployment = await readDeployment(cluster, legacy.namespace, legacy.name);
  const unchanged = refuseOtherThanStopped(legacy, deployment);
  const generation = unchanged.metadata?.generation ?? 0;
  if (generation !== stopped.generation) {
    throw new LegacyTridentChangedError(legacy, `its generation went from ${stopped.generation} to ${generation}`);
  }
  const running = await activePods(cluster, legacy);
  if (running.length > 0) throw new LegacyTridentChangedError(legacy, `there is ${running.join(", ")}`);
  return unchanged;
}

function refuseOtherThanStopped(legacy: LegacyTrident, deployment: V1Deployment | undefined): V1Deployment {
  if (deployment === undefined) throw new LegacyTridentChangedError(legacy, "it is gone");
  if (deployment.metadata?.uid !== legacy.uid) {
    throw new LegacyTridentChangedError(legacy, "another one has taken its place");
  }
  const replicas = deployment.spec?.replicas ?? 1;
  if (replicas !== 0) throw new LegacyTridentChangedError(legacy, `it is scaled to ${replicas}`);
  return deployment;
}

async function saveManifest(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  record: MigrationRecord,
  stoppedAt: string,
): Promise<void> {
  const manifest = await cluster.requestJson({
    method: "GET",
    path: `/apis/apps/v1/namespaces/${legacy.namespace}/deployments/${legacy.name}`,
  });
  await changeMigrationRecord(cluster, placeOf(record), {
    phase: "stopped",
    legacyDeployment: savedManifest(manifest),
    legacyReplicas: String(legacy.replicas),
    stoppedAt,
    result: null,
  });
}

async function waitUntilPodsAreGone(cluster: ClusterClient, legacy: LegacyTrident, patience: Patience) {
  const awaited = `the pods of Deployment ${legacy.name} in namespace ${legacy.namespace} to be gone`;
  await waitUntil({ awaited, ...patience, intervalMilliseconds: 150 }, async () => {
    refuseOtherThanStopped(legacy, await readDeployment(cluster, legacy.namespace, legacy.name));
    const running = await activePods(cluster, legacy);
    return running.length === 0 ? seenDone(undefined) : seenSoFar(running.join(", "));
  });
}

async function activePods(cluster: ClusterClient, legacy: LegacyTrident): Promise<string[]> {
  const pods = await listPods(cluster, legacy.namespace, legacy.selector);
  // The new Trident may have the same labels as the legacy one, and ours besides.
  return pods.filter((pod) => isActive(pod) && !isOurs(pod)).map(describePod);
}

async function waitUntilDeploymentIsGone(cluster: ClusterClient, legacy: LegacyTrident): Promise<void> {
  const awaited = `Deployment ${legacy.name} in namespace ${legacy.namespace} to be gone`;
  await waitUntil({ awaited, timeoutSeconds: 60, intervalMilliseconds: 100 }, async () => {
    const found = await readDeployment(cluster, legacy.namespace, legacy.name);
    return found?.metadata?.uid === legacy.uid ? seenSoFar("it is still listed") : seenDone(undefined);
  });
}

function placeOf({ namespace, name: record, part }: MigrationRecord): RecordPlace {
  return { namespace, record, part };
}
