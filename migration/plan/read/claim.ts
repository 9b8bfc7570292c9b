import type { V1PersistentVolumeClaim, V1Pod } from "@kubernetes/client-node";
import { podName } from "../../kubernetes/pods.ts";
import type { LegacyTrident } from "../../trident/legacy/legacy-trident.ts";
import { podsOn } from "../../trident/legacy/check-claim.ts";
import type { ClusterReader } from "./cluster-reader.ts";

export interface ClaimFacts {
  /** Undefined when there is none. */
  readonly claim: V1PersistentVolumeClaim | undefined;
  readonly reclaimPolicy: string | undefined;
  /** The pods other than the Deployment's own, and this program's, that mount the claim. */
  readonly foreignPods: readonly string[];
}

export async function readClaim(
  reader: Pick<ClusterReader, "read" | "list">,
  legacy: LegacyTrident,
): Promise<ClaimFacts> {
  const place = `/api/v1/namespaces/${legacy.namespace}`;
  const own = `${place}/pods?labelSelector=${encodeURIComponent(legacy.selector)}`;
  const isUninstalled = legacy.isUninstalled === true;
  const [claim, all, ofDeployment] = await Promise.all([
    reader.read(`${place}/persistentvolumeclaims/${legacy.claim}`) as Promise<V1PersistentVolumeClaim | undefined>,
    reader.list(`${place}/pods`) as Promise<readonly V1Pod[] | undefined>,
    isUninstalled ? [] : (reader.list(own) as Promise<readonly V1Pod[] | undefined>),
  ]);
  const volumeName = claim?.spec?.volumeName;
  const volume = volumeName === undefined ? undefined : await reader.read(`/api/v1/persistentvolumes/${volumeName}`);
  const spec = volume?.spec as { persistentVolumeReclaimPolicy?: string } | undefined;
  const ownNames = new Set((ofDeployment ?? []).map(podName));
  return {
    claim,
    reclaimPolicy: spec?.persistentVolumeReclaimPolicy,
    foreignPods: podsOn(all ?? [], legacy.claim).filter((name) => !ownNames.has(name)),
  };
}
