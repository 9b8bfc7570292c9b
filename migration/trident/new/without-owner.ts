import { PatchStrategy, setHeaderOptions, type V1ReplicaSet } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isNotFound } from "../../kubernetes/errors.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../../kubernetes/wait-until.ts";

/**
 * Returns once the controllers have seen that the ReplicaSet has no owner: a Deployment that comes after that takes it over, and
 * one that came before would start a second pod beside its own.
 *
 * The Deployment controller tells nobody what it has seen, but the ReplicaSet controller does, and both see through one cache. So
 * the ReplicaSet is changed, by a second that makes no difference to pods that run, and that is waited for; the Deployment that
 * takes it over sets the second back.
 */
export async function untilItIsSeenToHaveNoOwner(
  cluster: ClusterClient,
  { metadata, spec }: V1ReplicaSet,
  { timeoutSeconds, interruption }: Patience,
): Promise<void> {
  const { namespace = "", name = "", uid = "" } = metadata ?? {};
  const awaited = `the controllers to see that ReplicaSet ${name} in namespace ${namespace} has no owner`;
  const minReadySeconds = (spec?.minReadySeconds ?? 0) + 1;
  const patched = await cluster.apps
    .patchNamespacedReplicaSet(
      { namespace, name, body: { metadata: { uid }, spec: { minReadySeconds } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    )
    .catch(undefinedIfGone);
  if (patched === undefined) return;
  const changed = patched.metadata?.generation ?? 0;
  await waitUntil({ awaited, timeoutSeconds, interruption, intervalMilliseconds: 50 }, async () => {
    const found = await cluster.apps.readNamespacedReplicaSet({ namespace, name }).catch(undefinedIfGone);
    const seen = found?.status?.observedGeneration ?? 0;
    const isOver = found === undefined || found.metadata?.uid !== uid || seen >= changed;
    return isOver ? seenDone(undefined) : seenSoFar(`they have seen change ${seen} of ${changed}`);
  });
}

function undefinedIfGone(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
  return undefined;
}
