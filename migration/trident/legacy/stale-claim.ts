import { PatchStrategy, setHeaderOptions, type V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isNotFound } from "../../kubernetes/errors.ts";

/**
 * The name of a label and of an annotation on a claim whose state is no longer the newest: the first is seen in lists, the second says
 * what it means. Both are on claims for good.
 */
export const staleMark = "trident-etcd/state";
const staleLabel = "stale";

/** A PersistentVolumeClaim. */
export interface ClaimPlace {
  readonly namespace: string;
  readonly claim: string;
}

/** Since when a claim has been stale, as its mark says it; undefined for one without a mark. */
export function staleSince(claim: V1PersistentVolumeClaim | undefined): string | undefined {
  const { labels, annotations } = claim?.metadata ?? {};
  const text = annotations?.[staleMark];
  if (text === undefined) return labels?.[staleMark] === staleLabel ? "a migration" : undefined;
  return /^stale since (\S+?):? /.exec(text)?.[1] ?? "a migration";
}

/**
 * Says on the claim that its state was moved on. Its etcd's data are not touched, and neither the Trident that it belongs to nor the
 * vendor's installers look for this. Does nothing where there is no such claim any more.
 *
 * @param since ISO 8601.
 * @param movedTo such as `EtcdCluster trident-etcd`.
 */
export async function markClaimStale(
  cluster: ClusterClient,
  place: ClaimPlace,
  { since, movedTo }: { readonly since: string; readonly movedTo: string },
): Promise<void> {
  const text =
    `stale since ${since}: Trident's state was moved to ${movedTo}, and what was written since is not here. Neither migrate nor ` +
    `upgrade from it; trident-etcd's docs/after-19.04.md has the way.`;
  await patchClaim(cluster, place, { label: staleLabel, annotation: text });
}

/** Takes the mark off: the claim's state is the newest again. */
export async function unmarkClaim(cluster: ClusterClient, place: ClaimPlace): Promise<void> {
  const found = await findClaim(cluster, place);
  // Whoever has none needs no permission to take it off.
  if (staleSince(found) === undefined) return;
  await patchClaim(cluster, place, { label: null, annotation: null });
}

/** Undefined when there is no such claim. */
export function findClaim(
  cluster: ClusterClient,
  { namespace, claim: name }: ClaimPlace,
): Promise<V1PersistentVolumeClaim | undefined> {
  return cluster.core.readNamespacedPersistentVolumeClaim({ namespace, name }).catch(undefinedIfGone);
}

/** For a person. */
export function unmarkCommands({ namespace, claim }: ClaimPlace): string {
  const commands = ["annotate", "label"].map(
    (verb) => `\`kubectl --namespace ${namespace} ${verb} persistentvolumeclaim ${claim} ${staleMark}-\``,
  );
  return commands.join(" and ");
}

/** For a person: what is seen in lists is enough for a plan, too. */
export function markCommand({ namespace, claim }: ClaimPlace): string {
  return `\`kubectl --namespace ${namespace} label persistentvolumeclaim ${claim} ${staleMark}=${staleLabel}\``;
}

async function patchClaim(
  cluster: ClusterClient,
  { namespace, claim: name }: ClaimPlace,
  mark: { readonly label: string | null; readonly annotation: string | null },
): Promise<void> {
  const body = { metadata: { labels: { [staleMark]: mark.label }, annotations: { [staleMark]: mark.annotation } } };
  await cluster.core
    .patchNamespacedPersistentVolumeClaim(
      { namespace, name, body },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    )
    .catch(undefinedIfGone);
}

function undefinedIfGone(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
  return undefined;
}
