import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { pullImages } from "../../kubernetes/images/pull-images.ts";
import type { PodOwner } from "../../kubernetes/helper-pod.ts";
import type { Patience } from "../../kubernetes/wait-until.ts";
import type { LegacyTrident } from "./legacy-trident.ts";

/**
 * Shows that the images of a legacy Trident that is to be put back can be pulled where it may run, while the new one serves: its
 * nodes may have removed them since, and its registry, too.
 *
 * @throws ImageNotPulledError, WaitTimeoutError
 */
export async function pullLegacyTrident(
  cluster: ClusterClient,
  legacy: LegacyTrident,
  owner: PodOwner,
  patience: Patience,
): Promise<void> {
  const { namespace, name } = legacy;
  const pods = legacy.template.spec ?? {};
  const wayOut =
    `The old Trident's Deployment ${name}, as it is kept, names it: make it available to the nodes (push it to the registry, or ` +
    `load it on the nodes) and run \`pulumi up\` again.`;
  await pullImages(cluster, { namespace, name: "trident-etcd-pull-old", pods, owner }, wayOut, patience);
}
