import { isDeepStrictEqual } from "node:util";
import type { V1Deployment, V1PodSpec } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isForbidden, withoutFullStop } from "../../kubernetes/errors.ts";
import { pullImages } from "../../kubernetes/images/pull-images.ts";
import type { PodOwner } from "../../kubernetes/helper-pod.ts";
import { isOurs } from "../../kubernetes/ownership.ts";
import type { Patience } from "../../kubernetes/wait-until.ts";
import { describeFailure } from "../../wording/describe-failure.ts";
import { readDeployment } from "../legacy/legacy-trident.ts";
import { tridentWayOut } from "./pull-new-trident.ts";

/** Trident's Deployment, as it is to become. */
export interface AwaitedDeployment {
  readonly namespace: string;
  readonly deployment: string;
  /** Of its pods: the images, and where they may be pulled. */
  readonly pods: Partial<V1PodSpec>;
  readonly owner: PodOwner;
}

/**
 * Shows that Trident's image can be pulled before its Deployment is made or changed, which stops the Trident that runs. Does nothing
 * where that one runs with the same image in the same place. Where no pod may be made for it, the Deployment is not kept waiting.
 *
 * @throws ImageNotPulledError, WaitTimeoutError
 */
export async function pullForDeployment(
  cluster: ClusterClient,
  { namespace, deployment, pods, owner }: AwaitedDeployment,
  patience: Patience,
  report: (line: string) => void,
): Promise<void> {
  const running = await readDeployment(cluster, namespace, deployment);
  if (running !== undefined && isServedBy(running, pods)) return;
  const wayOut = running === undefined ? tridentWayOut : `The Trident that runs is left as it is. ${tridentWayOut}`;
  try {
    await pullImages(cluster, { namespace, name: "trident-etcd-pull", pods, owner }, wayOut, patience);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    report(
      `Whether Trident's image can be pulled is not seen beforehand: ${withoutFullStop(describeFailure(error))}. Its Deployment ` +
        `will show it.`,
    );
  }
}

/** Whether its pods would stay as they are, as far as images and their place go. */
function isServedBy(running: V1Deployment, pods: Partial<V1PodSpec>): boolean {
  const template: Partial<V1PodSpec> = running.spec?.template.spec ?? {};
  return (
    isOurs(running) &&
    (running.status?.availableReplicas ?? 0) > 0 &&
    isDeepStrictEqual(imagesOf(template), imagesOf(pods)) &&
    placing.every((field) => isDeepStrictEqual(plain(template[field]), plain(pods[field])))
  );
}

// Of the others, an API server fills in what is not said.
const placing = ["nodeSelector", "tolerations", "affinity", "imagePullSecrets"] as const;

function imagesOf({ containers = [] }: Partial<V1PodSpec>): (string | undefined)[] {
  return containers.map(({ image }) => image);
}

/** Without the classes of the library. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
