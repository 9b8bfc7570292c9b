import { isDeepStrictEqual } from "node:util";
import type { V1PodSpec } from "@kubernetes/client-node";
import { inSettings } from "../wording/in-settings.ts";
import { watchEngineCancellation } from "./engine-cancellation.ts";
import { accessOf, type AccessInputs } from "./request-inputs.ts";

export { read } from "./made-once.ts";

export interface ImagePullInputs extends AccessInputs {
  readonly namespace: string;
  /** Trident's. */
  readonly deployment: string;
  /** The stack's record, a ConfigMap. */
  readonly record: string;
  /** Of the Deployment's pods: the images, and where they may be pulled. */
  readonly pods: Partial<V1PodSpec>;
  /** For each wait. */
  readonly timeoutSeconds: number;
}

/**
 * The pull as a Pulumi dynamic provider's functions, without Pulumi: an `up` changes Trident's Deployment only once its image could
 * be pulled.
 *
 * @throws Error with the message of what pullForDeployment raised; nothing else of it, since Pulumi takes an error that has an `id`
 *   for a resource that was created.
 */
export async function create(inputs: ImagePullInputs): Promise<{ id: string; outs: ImagePullInputs }> {
  await pull(inputs);
  return { id: `${inputs.namespace}/${inputs.deployment}`, outs: inputs };
}

export async function update(
  _id: string,
  _olds: ImagePullInputs,
  news: ImagePullInputs,
): Promise<{ outs: ImagePullInputs }> {
  await pull(news);
  return { outs: news };
}

export function check(
  _olds: unknown,
  news: ImagePullInputs,
): Promise<{ inputs: ImagePullInputs; failures: { property: string; reason: string }[] }> {
  return Promise.resolve({ inputs: news, failures: [] });
}

/** Pulled again is what is another image, or is needed elsewhere. */
export function diff(
  _id: string,
  olds: ImagePullInputs,
  news: ImagePullInputs,
): Promise<{ changes: boolean; replaces: [] }> {
  const changes = olds.namespace !== news.namespace || !isDeepStrictEqual(olds.pods, news.pods);
  return Promise.resolve({ changes, replaces: [] });
}

/** Pulumi's `delete`, under a name that the language allows: nothing was made that lasts. */
export function remove(): Promise<void> {
  return Promise.resolve();
}

async function pull({
  namespace,
  deployment,
  record,
  pods,
  timeoutSeconds,
  ...access
}: ImagePullInputs): Promise<void> {
  const cancellation = watchEngineCancellation(() => {
    console.log("Interrupted: Trident's image is not waited for any longer.");
  });
  // Only here: a preview, and an up that changes nothing, have no use for it, and it takes long to load.
  const { connectToCluster } = await import("../kubernetes/cluster-client.ts");
  const { readMigrationRecord } = await import("../record/migration-record.ts");
  const { pullForDeployment } = await import("../trident/new/pull-for-deployment.ts");
  try {
    const cluster = connectToCluster(accessOf(access));
    const owner = await readMigrationRecord(cluster, { namespace, record });
    const patience = { timeoutSeconds, interruption: cancellation.signal };
    await pullForDeployment(cluster, { namespace, deployment, pods, owner }, patience, (line) => {
      console.log(inSettings(line));
    });
  } catch (error) {
    throw new Error(inSettings(error instanceof Error ? error.message : String(error)), { cause: error });
  } finally {
    cancellation.stop();
  }
}
