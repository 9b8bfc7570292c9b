import { change } from "../../wording/change.ts";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { PodNotStartingError } from "../../kubernetes/errors.ts";
import { readPod } from "../../kubernetes/pods.ts";
import type { Patience } from "../../kubernetes/wait-until.ts";
import type { OpenStore } from "../../connect/open-store.ts";
import { copiedClaimPod, copyContainerName, sourcePodName } from "./legacy-pod-template.ts";
import type { PodOwner } from "../../kubernetes/helper-pod.ts";
import type { PodSettings } from "../../kubernetes/pod-settings.ts";
import type { LegacyTrident } from "../legacy/legacy-trident.ts";
import { openEtcdPod } from "./source-pod.ts";
import type { ClaimSource } from "../legacy/uninstalled-trident.ts";

/** None of the images could read what the claim holds. */
export class LegacyEtcdImageError extends Error {
  override readonly name = "LegacyEtcdImageError";

  constructor(legacy: LegacyTrident, tried: readonly { readonly image: string; readonly why: string }[]) {
    const list = tried.map(({ image, why }) => `${image}: ${why}`).join("; ");
    super(
      `No etcd could read a copy of PersistentVolumeClaim ${legacy.claim} in namespace ${legacy.namespace}. Tried, the oldest ` +
        `first: ${list}. Name the image that the old Trident's etcd ran with, or a mirror of it that the nodes can pull: ` +
        `\`${change({ legacyEtcdImage: "IMAGE" })}\`; Trident 18.04 had etcd 3.1.5, 18.07 3.2.19, 18.10 3.3.9, 19.01 3.3.10, ` +
        `and 19.04 3.3.12.`,
    );
  }
}

/** The claim's data could not be copied, whichever etcd was to read the copy. */
export class ClaimNotCopiedError extends Error {
  override readonly name = "ClaimNotCopiedError";

  constructor(legacy: LegacyTrident, copyImage: string, reason: string) {
    super(
      `The data on PersistentVolumeClaim ${legacy.claim} in namespace ${legacy.namespace} could not be copied to be read: ${reason}. ` +
        `If this is not the claim of an old Trident, name the one that is with \`${change({ legacyClaim: "NAME" })}\`; the copy is ` +
        `made by image ${copyImage}; another one: \`${change({ copyImage: "IMAGE" })}\`.`,
    );
  }
}

/**
 * Runs the etcd of an uninstalled Trident on a copy of its data, with the first of the images that can read it, and opens it. Each
 * gets a copy of its own: the claim is only read. Nothing else may have it open. On failure the pod may be left behind;
 * `removeSourcePod` removes it.
 *
 * @throws LegacyEtcdImageError, ClaimNotCopiedError
 */
export async function openCopiedClaim(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  source: ClaimSource,
  owner: PodOwner,
  patience: Patience,
  settings: PodSettings = {},
): Promise<OpenStore> {
  const tried: { image: string; why: string }[] = [];
  for (const image of source.etcdImages) {
    const description = `a copy of PersistentVolumeClaim ${legacy.claim} (pod ${sourcePodName}, image ${image})`;
    const body = copiedClaimPod(legacy, owner, { etcd: image, copy: source.copyImage }, settings);
    try {
      return await openEtcdPod(cluster, legacy, { body, description, wayOut: "" }, patience);
    } catch (error) {
      if (!(error instanceof PodNotStartingError)) throw error;
      if (!(await wasCopied(cluster, legacy))) throw new ClaimNotCopiedError(legacy, source.copyImage, error.reason);
      tried.push({ image, why: error.reason });
    }
  }
  throw new LegacyEtcdImageError(legacy, tried);
}

async function wasCopied(cluster: ClusterClient, { namespace }: LegacyTrident): Promise<boolean> {
  const pod = await readPod(cluster, namespace, sourcePodName);
  const status = pod?.status?.initContainerStatuses?.find(({ name }) => name === copyContainerName);
  return status?.state?.terminated?.exitCode === 0;
}
