import type { V1PersistentVolumeClaim, V1PodTemplateSpec } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { staleSince } from "./stale-claim.ts";
import { findLegacyTrident, type DeploymentFinding, type LegacyTrident } from "./legacy-trident.ts";

/** How the state is read that an uninstalled Trident has left on its claim. */
export interface ClaimSource {
  /** The PersistentVolumeClaim's name. */
  readonly claim: string;
  /** Images of etcd, tried in this order on a copy of the data: the oldest first, since a newer one changes what it opens. */
  readonly etcdImages: readonly string[];
  /** An image with a shell and `cp`, for that copy. */
  readonly copyImage: string;
}

/** What a Trident's installer has put on the claim that it made, whatever it called it. */
export const tridentClaimSelector = "app=trident.netapp.io";

const clientUrl = "http://127.0.0.1:8001";
const peerUrl = "http://127.0.0.1:8002";

/** Where the embedded etcd of every Trident from 18.01 to 19.04 has its data: at the top of its claim. */
export const legacyDataDirectory = "/var/etcd/data";

/**
 * The Trident whose claim is left, as far as it is known: its etcd as the vendor's installer ran it.
 *
 * @param template of the new Trident's pods, which tells where pods may run and as whom.
 */
export function uninstalledTrident(
  place: { readonly namespace: string; readonly legacyDeployment: string; readonly legacyEtcdContainer: string },
  claim: V1PersistentVolumeClaim,
  template?: V1PodTemplateSpec,
): LegacyTrident {
  const etcdContainer = {
    name: place.legacyEtcdContainer,
    command: ["/usr/local/bin/etcd"],
    args: [
      ...["-name", "etcd1", "-data-dir", legacyDataDirectory, "-initial-cluster", `etcd1=${peerUrl}`],
      ...["-advertise-client-urls", clientUrl, "-listen-client-urls", clientUrl],
      ...["-initial-advertise-peer-urls", peerUrl, "-listen-peer-urls", peerUrl],
    ],
  };
  return {
    namespace: place.namespace,
    name: place.legacyDeployment,
    uid: claim.metadata?.uid ?? "",
    generation: 0,
    replicas: 0,
    stoppedByMigration: true,
    isUninstalled: true,
    selector: "",
    template: template ?? {},
    etcdContainer,
    etcdImage: "",
    tridentImage: "",
    claim: claim.metadata?.name ?? "",
    clientPort: 8001,
  };
}

/** As findLegacyTrident; where there is no Deployment, its claim is looked for. */
export async function findTridentOrClaim(
  cluster: ClusterClient,
  request: Parameters<typeof findLegacyTrident>[1] & {
    readonly legacyClaim?: ClaimSource | undefined;
    readonly newTrident?: { readonly template: V1PodTemplateSpec } | undefined;
  },
): Promise<DeploymentFinding> {
  const found = await findLegacyTrident(cluster, request);
  const { namespace, legacyClaim } = request;
  if (found.kind !== "absent" || legacyClaim === undefined) return found;
  const { items } = await cluster.core.listNamespacedPersistentVolumeClaim({ namespace });
  return claimFinding(request, legacyClaim.claim, items, request.newTrident?.template);
}

/** What the namespace's claims tell where there is no Deployment. */
export function claimFinding(
  place: Parameters<typeof uninstalledTrident>[0],
  name: string,
  claims: readonly V1PersistentVolumeClaim[],
  template?: V1PodTemplateSpec,
): DeploymentFinding {
  const found = claims.find(({ metadata }) => metadata?.name === name);
  const [label = "", value] = tridentClaimSelector.split("=");
  const labelled = claims.filter(({ metadata }) => metadata?.name !== name && metadata?.labels?.[label] === value);
  const named = found === undefined ? labelled : [found, ...labelled];
  const namesOf = (those: readonly V1PersistentVolumeClaim[]) => those.map(({ metadata }) => metadata?.name ?? "");
  const stale = namesOf(named.filter((each) => staleSince(each) !== undefined));
  const all = { claims: namesOf(named), ...(stale.length === 0 ? {} : { stale }) };
  if (found === undefined) return { kind: "absent", ...all };
  return { kind: "uninstalled", legacy: uninstalledTrident(place, found, template), ...all };
}
