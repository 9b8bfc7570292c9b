import type { V1Deployment } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { patchDeployment } from "../../kubernetes/patch-deployment.ts";
import { describePod, isReady, listPods } from "../../kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil } from "../../kubernetes/wait-until.ts";
import { isMarked, readDeployment, stoppedReplicasAnnotation, type LegacyTrident } from "./legacy-trident.ts";
import { changeMigrationRecord, findMigrationRecord, type RecordPlace } from "../../record/migration-record.ts";

/** The legacy Trident's Deployment is not the one that was stopped, so it was left alone. */
export class LegacyTridentReplacedError extends Error {
  override readonly name = "LegacyTridentReplacedError";

  constructor(legacy: Pick<LegacyTrident, "namespace" | "name">) {
    super(
      `Deployment ${legacy.name} in namespace ${legacy.namespace} is not the one that was stopped, and was left as it is`,
    );
  }
}

/**
 * Gives the Deployment its replicas back (creates it anew from the record if it is gone) and waits until as many of its
 * pods are ready. Answers how many replicas that are: 0 for one that was at 0 before the migration.
 */
export async function restoreLegacyTrident(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  place: { readonly namespace: string; readonly record: string },
  timeoutSeconds: number,
): Promise<number> {
  const replicas = await retried(legacy, timeoutSeconds, () => startAgain(cluster, legacy, place));
  await waitUntilReady(cluster, legacy, replicas, timeoutSeconds);
  await forgetTheStop(cluster, place);
  return replicas;
}

// A record that stays behind misleads nobody: what counts is the Deployment, and that runs.
export async function forgetTheStop(cluster: ClusterClient, place: RecordPlace): Promise<void> {
  const nothing = {
    ...{ phase: null, legacyDeployment: null, legacyReplicas: null, stoppedAt: null, result: null },
    ...{ served: null, carriedPod: null, rollbackPhase: null, discardedKeys: null },
  };
  await changeMigrationRecord(cluster, place, nothing).catch(() => undefined);
}

// A cluster that is away for a moment must not be what leaves the legacy Trident stopped.
async function retried<T>(legacy: LegacyTrident, timeoutSeconds: number, action: () => Promise<T>): Promise<T> {
  const awaited = `the cluster to start Deployment ${legacy.name} in namespace ${legacy.namespace} again`;
  return waitUntil({ awaited, timeoutSeconds }, async () => seenDone(await action()));
}

async function startAgain(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  place: { readonly namespace: string; readonly record: string },
): Promise<number> {
  const deployment = await readDeployment(cluster, legacy.namespace, legacy.name);
  const record = await findMigrationRecord(cluster, place);
  const replicas = replicasBefore(deployment, record?.legacyReplicas) ?? legacy.replicas;
  if (deployment === undefined) {
    await createFromRecord(cluster, legacy, record?.legacyDeployment);
  } else if (deployment.metadata?.uid !== legacy.uid) {
    throw new LegacyTridentReplacedError(legacy);
  } else if (isMarked(deployment)) {
    await patchDeployment(cluster, legacy, { annotations: { [stoppedReplicasAnnotation]: null }, replicas });
  }
  return replicas;
}

/** As its mark says, or else the record; undefined where neither tells. */
export function replicasBefore(deployment: V1Deployment | undefined, recorded: number | undefined): number | undefined {
  const annotated = deployment?.metadata?.annotations?.[stoppedReplicasAnnotation];
  return annotated === undefined || !/^\d+$/.test(annotated) ? recorded : Number(annotated);
}

/** Creates the Deployment as the record has it. Raises LegacyTridentReplacedError when the record has none. */
export async function createFromRecord(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  manifest: string | undefined,
): Promise<void> {
  if (manifest === undefined) throw new LegacyTridentReplacedError(legacy);
  await cluster.requestJson({
    method: "POST",
    path: `/apis/apps/v1/namespaces/${legacy.namespace}/deployments`,
    body: JSON.parse(manifest) as unknown,
  });
}

/** Until as many of the Deployment's pods are ready as it is to have. */
export async function waitUntilReady(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  replicas: number,
  timeoutSeconds: number,
): Promise<void> {
  if (replicas === 0) return;
  const awaited = `the pod of Deployment ${legacy.name} in namespace ${legacy.namespace} to be ready`;
  await waitUntil({ awaited, timeoutSeconds, intervalMilliseconds: 250 }, async () => {
    const pods = await listPods(cluster, legacy.namespace, legacy.selector);
    if (pods.filter(isReady).length >= replicas) return seenDone(undefined);
    return seenSoFar(pods.length === 0 ? "no pod" : pods.map(describePod).join(", "));
  });
}
