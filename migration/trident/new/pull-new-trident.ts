import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { pullImages } from "../../kubernetes/images/pull-images.ts";
import type { PodOwner } from "../../kubernetes/helper-pod.ts";
import type { Patience } from "../../kubernetes/wait-until.ts";
import { change } from "../../wording/change.ts";
import type { NewTridentSpec } from "./new-trident.ts";

/** The pod's name. */
export const pullNewName = "trident-etcd-pull-new";

/**
 * Shows that the new Trident's image can be pulled where it may run, while another Trident serves.
 *
 * @throws ImageNotPulledError, WaitTimeoutError
 */
export async function pullNewTrident(
  cluster: ClusterClient,
  trident: { readonly namespace: string; readonly spec: NewTridentSpec; readonly owner: PodOwner },
  patience: Patience,
): Promise<void> {
  const { namespace, spec, owner } = trident;
  const pods = spec.template.spec ?? {};
  await pullImages(cluster, { namespace, name: pullNewName, pods, owner }, tridentWayOut, patience);
}

export const tridentWayOut =
  `Name an image that the nodes can pull (\`${change({ tridentImage: "IMAGE" })}\`), or make this one available to them: push it to ` +
  `its registry, load it on the nodes, or have Trident's pods pull with that registry's secret. Then run \`pulumi up\` again.`;
