import type { V1Container, V1Deployment, V1PodTemplateSpec } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isNotFound } from "../../kubernetes/errors.ts";
import type { EtcdAddress } from "../../connect/etcd-address.ts";
import { isOurs } from "../../kubernetes/ownership.ts";
import { selectorText } from "../../kubernetes/pods.ts";
import { clientPortOf, LegacyEtcdFlagsError } from "./etcd-client-port.ts";

/** A Trident that keeps its state in an etcd container of its own pod, on a PersistentVolumeClaim. */
export interface LegacyTrident {
  readonly namespace: string;
  /** The Deployment's name. */
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly replicas: number;
  /** Whether it is at 0 replicas because a migration put it there. */
  readonly stoppedByMigration: boolean;
  /** Set where Trident was uninstalled and only its claim is left: nothing is to be stopped, and nothing to be put back. */
  readonly isUninstalled?: true;
  /** Finds the Deployment's pods, as the API's `labelSelector` says it. */
  readonly selector: string;
  readonly template: V1PodTemplateSpec;
  readonly etcdContainer: V1Container;
  readonly etcdImage: string;
  /** The image of the container that is not etcd. */
  readonly tridentImage: string;
  /** The PersistentVolumeClaim that the etcd container mounts. */
  readonly claim: string;
  /** The port on 127.0.0.1 in the pod where its etcd takes clients. */
  readonly clientPort: number;
  /** Set where its state is in an etcd outside of its pod, from which it is moved: then nothing is meant by the four before. */
  readonly externalEtcd?: ExternalEtcd;
}

/** Where it is, and how texts call it, as `describeAddress` does. */
export interface ExternalEtcd {
  readonly address: EtcdAddress;
  readonly called: string;
}

/** What stands under the Deployment's name. */
export type DeploymentFinding =
  /** `claims` are PersistentVolumeClaims with the label of a Trident's, where they were looked for; `stale` are those of them with that mark. */
  | { readonly kind: "absent"; readonly claims?: readonly string[]; readonly stale?: readonly string[] }
  /** No Deployment, but the claim of one: `claims` names it and others with the label of a Trident's. */
  | {
      readonly kind: "uninstalled";
      readonly legacy: LegacyTrident;
      readonly claims: readonly string[];
      readonly stale?: readonly string[];
    }
  /** Made by this project: Trident on an external etcd. */
  | {
      readonly kind: "ours";
      /** Whether its state was migrated. */
      readonly isMigrated?: boolean;
      /** Whether it is at 0 replicas. */
      readonly isStopped?: boolean;
    }
  | { readonly kind: "legacy"; readonly legacy: LegacyTrident }
  /** Something else; `why` says what tells it from a Trident with an embedded etcd. */
  | { readonly kind: "foreign"; readonly why: string };

/** On a Deployment that a migration has scaled to 0: the replicas it had, to be given back. */
export const stoppedReplicasAnnotation = "trident-etcd/replicas-before-migration";

/** On this program's Deployment, when its state was migrated: the digest of that. */
export const migratedStateAnnotation = "trident-etcd/migrated-state-sha256";

/** As texts call the etcd that its state is in. */
export function etcdOfLegacy({ externalEtcd }: Pick<LegacyTrident, "externalEtcd">): string {
  return externalEtcd?.called ?? "the embedded etcd";
}

export async function findLegacyTrident(
  cluster: ClusterClient,
  request: { readonly namespace: string; readonly legacyDeployment: string; readonly legacyEtcdContainer: string },
): Promise<DeploymentFinding> {
  const deployment = await readDeployment(cluster, request.namespace, request.legacyDeployment);
  return deployment === undefined ? { kind: "absent" } : classifyDeployment(deployment, request.legacyEtcdContainer);
}

export async function readDeployment(
  cluster: ClusterClient,
  namespace: string,
  name: string,
): Promise<V1Deployment | undefined> {
  try {
    return await cluster.apps.readNamespacedDeployment({ namespace, name });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export function classifyDeployment(deployment: V1Deployment, etcdContainerName: string): DeploymentFinding {
  if (isOurs(deployment)) {
    const isMigrated = deployment.metadata?.annotations?.[migratedStateAnnotation] !== undefined;
    const isStopped = deployment.spec?.replicas === 0;
    return { kind: "ours", ...(isMigrated ? { isMigrated } : {}), ...(isStopped ? { isStopped } : {}) };
  }
  const template = deployment.spec?.template;
  const etcdContainer = template?.spec?.containers.find((each) => each.name === etcdContainerName);
  if (template === undefined || etcdContainer === undefined) {
    return { kind: "foreign", why: `it has no container "${etcdContainerName}"` };
  }
  const claim = claimMountedBy(etcdContainer, template);
  if (claim === undefined) {
    return { kind: "foreign", why: `its container "${etcdContainerName}" mounts no PersistentVolumeClaim` };
  }
  try {
    return { kind: "legacy", legacy: describe(deployment, template, etcdContainer, claim) };
  } catch (error) {
    if (error instanceof LegacyEtcdFlagsError) return { kind: "foreign", why: error.message };
    throw error;
  }
}

function describe(
  deployment: V1Deployment,
  template: V1PodTemplateSpec,
  etcdContainer: V1Container,
  claim: string,
): LegacyTrident {
  const others = (template.spec?.containers ?? []).filter((each) => each !== etcdContainer);
  return {
    ...standingOf(deployment),
    selector: selectorText(deployment.spec?.selector ?? {}),
    template,
    etcdContainer,
    etcdImage: etcdContainer.image ?? "",
    tridentImage: others[0]?.image ?? "",
    claim,
    clientPort: clientPortOf(etcdContainer),
  };
}

/** Of a Deployment that is migrated or moved: which it is, and whether it runs. */
export function standingOf(
  deployment: V1Deployment,
): Pick<LegacyTrident, "namespace" | "name" | "uid" | "generation" | "replicas" | "stoppedByMigration"> {
  const { metadata, spec } = deployment;
  const replicas = spec?.replicas ?? 1;
  return {
    namespace: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
    uid: metadata?.uid ?? "",
    generation: metadata?.generation ?? 0,
    replicas,
    stoppedByMigration: replicas === 0 && isMarked(deployment),
  };
}

/** Whether a migration or a move has stopped it, and has neither ended nor been taken back. */
export function isMarked({ metadata }: V1Deployment): boolean {
  return metadata?.annotations?.[stoppedReplicasAnnotation] !== undefined;
}

function claimMountedBy(container: V1Container, template: V1PodTemplateSpec): string | undefined {
  const mounted = new Set((container.volumeMounts ?? []).map((each) => each.name));
  const volume = template.spec?.volumes?.find(
    (each) => mounted.has(each.name) && each.persistentVolumeClaim !== undefined,
  );
  return volume?.persistentVolumeClaim?.claimName;
}
