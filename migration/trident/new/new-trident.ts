import type { V1Deployment, V1DeploymentSpec } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isOurs, managedByLabel, managedByValue } from "../../kubernetes/ownership.ts";
import { selectorText } from "../../kubernetes/pods.ts";
import { readDeployment } from "../legacy/legacy-trident.ts";

/**
 * What the stack's own Deployment of Trident will say, word for word: its pods are started by the migration, and the
 * Deployment takes them over as they run.
 */
export type NewTridentSpec = V1DeploymentSpec;

/** The Deployment that runs the new Trident until the stack's own takes its pods over. */
export const newTridentName = "trident-external-etcd";

/** On that Deployment: the destination's revision that was verified. Whatever is newer, the new Trident wrote. */
export const verifiedRevisionAnnotation = "trident-etcd/verified-revision";

/** The new Trident that the stack's own Deployment has not taken over. */
export interface NewTridentState {
  readonly replicas: number;
  /** As its Deployment is marked; absent for one whose writes no migration takes back. */
  readonly verifiedRevision?: bigint | undefined;
  /** Whether all of its pods were once available, as its Deployment says, and nobody has scaled it to 0 since. */
  readonly hasServed: boolean;
}

/** The name is taken by a Deployment that this project did not make. */
export class ForeignDeploymentError extends Error {
  override readonly name = "ForeignDeploymentError";

  constructor(namespace: string) {
    super(
      `Deployment ${newTridentName} in namespace ${namespace} was not made by this project and is left alone, but the ` +
        `migration needs its name for a moment: rename or delete it.`,
    );
  }
}

/** Undefined when there is none. Raises ForeignDeploymentError for one that is not ours. */
export async function findNewTrident(cluster: ClusterClient, namespace: string): Promise<V1Deployment | undefined> {
  const deployment = await readDeployment(cluster, namespace, newTridentName);
  if (deployment !== undefined && !isOurs(deployment)) throw new ForeignDeploymentError(namespace);
  return deployment;
}

/** Without a verified revision nothing that it writes is ever discarded. */
export function newTridentManifest(namespace: string, spec: NewTridentSpec, verifiedRevision?: bigint): V1Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: newTridentName,
      namespace,
      labels: { ...spec.template.metadata?.labels, [managedByLabel]: managedByValue },
      ...(verifiedRevision === undefined
        ? {}
        : { annotations: { [verifiedRevisionAnnotation]: verifiedRevision.toString() } }),
    },
    spec,
  };
}

/** Finds the new Trident's pods and not the legacy one's, whose labels they may share. */
export function newTridentPods(spec: Pick<NewTridentSpec, "selector">): string {
  return `${selectorText(spec.selector)},${managedByLabel}=${managedByValue}`;
}

/** Undefined for one that was started without. */
export function verifiedRevisionOf(deployment: V1Deployment): bigint | undefined {
  const text = deployment.metadata?.annotations?.[verifiedRevisionAnnotation] ?? "";
  return /^\d+$/.test(text) ? BigInt(text) : undefined;
}

/** The new Trident that the stack's Deployment has not taken over; undefined when none stands. */
export async function findNewTridentState(
  cluster: ClusterClient,
  namespace: string,
): Promise<NewTridentState | undefined> {
  const deployment = await findNewTrident(cluster, namespace);
  return deployment === undefined ? undefined : newTridentState(deployment);
}

export function newTridentState(deployment: V1Deployment): NewTridentState {
  return {
    replicas: deployment.spec?.replicas ?? 1,
    verifiedRevision: verifiedRevisionOf(deployment),
    hasServed: hasServed(deployment),
  };
}

/** The controller's word for a Deployment whose pods were once all available stays until its pods change. */
export function hasServed({ spec, status }: V1Deployment): boolean {
  const progress = status?.conditions?.find(({ type }) => type === "Progressing");
  return (spec?.replicas ?? 1) > 0 && progress?.reason === "NewReplicaSetAvailable";
}
