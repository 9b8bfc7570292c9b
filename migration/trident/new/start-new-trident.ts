import type { KeyRange, KeyValueStore } from "../../copy/store/key-value-store.ts";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import type { Patience } from "../../kubernetes/wait-until.ts";
import { expectedLists } from "../rest/expected-lists.ts";
import { newTridentManifest, type NewTridentSpec } from "./new-trident.ts";
import { waitUntilItServes } from "./wait-until-it-serves.ts";

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
 * Answers with when it first listed all of that. One that does not come to serve is left for the caller to take back.
 *
 * @throws NewTridentNotServingError
 */
export async function startNewTrident(cluster: ClusterClient, trident: NewTrident, copied: CopiedState): Promise<Date> {
  const { namespace, spec } = trident;
  await cluster.requestJson({
    method: "POST",
    path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    body: newTridentManifest(namespace, spec, copied.revision),
  });
  const expected = await expectedLists(copied);
  return waitUntilItServes(cluster, { ...trident, expected });
}
