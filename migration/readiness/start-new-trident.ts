import type { KeyRange, KeyValueStore } from "../copy/key-value-store.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import type { Patience } from "../kubernetes/wait-until.ts";
import { expectedLists } from "./expected-lists.ts";
import { newTridentManifest, type NewTridentSpec } from "./new-trident.ts";
import { waitUntilItServes } from "./wait-until-it-serves.ts";
import { withdrawNewTrident } from "./withdraw-new-trident.ts";

/** The verified copy that the new Trident is to serve. */
export interface CopiedState {
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  /** The destination's revision that was verified. */
  readonly revision: bigint;
}

export interface NewTrident extends Patience {
  readonly namespace: string;
  readonly spec: NewTridentSpec;
}

/**
 * Starts the new Trident while the old one is stopped and nothing of it deleted, and waits until it serves what was copied.
 * Takes it back when it does not, or is interrupted. Answers with when it first listed all of that.
 *
 * @throws NewTridentNotServingError
 */
export async function startNewTrident(cluster: ClusterClient, trident: NewTrident, copied: CopiedState): Promise<Date> {
  const { namespace, spec, timeoutSeconds } = trident;
  const { destination, range, revision } = copied;
  const withdrawal = { namespace, timeoutSeconds, written: { destination, range } };
  await withdrawNewTrident(cluster, withdrawal);
  try {
    await cluster.requestJson({
      method: "POST",
      path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
      body: newTridentManifest(namespace, spec, revision),
    });
    const expected = await expectedLists(copied);
    return await waitUntilItServes(cluster, { ...trident, expected });
  } catch (error) {
    // What can't be taken back now is tried again before the old Trident is started, which must not run beside it.
    await withdrawNewTrident(cluster, withdrawal).catch(() => undefined);
    throw error;
  }
}
