import { inSettings } from "../wording/in-settings.ts";
import { requestOf, type InputsOf } from "./request-inputs.ts";
import { watchEngineCancellation } from "./engine-cancellation.ts";
import type { GivenAddress } from "../connect/etcd-address.ts";
import type { ServingRequest } from "../serving/check-serving.ts";

export { read } from "./made-once.ts";

export interface ServingCheckInputs extends InputsOf<ServingRequest> {
  /** For each wait. */
  readonly timeoutSeconds: number;
  /** Empty when the plan found all of it serving; else anything that was not said before, such as the time. */
  readonly lookAgain: string;
}

/**
 * The check as a Pulumi dynamic provider's functions, without Pulumi: an `up` ends well only once the etcd and Trident serve.
 *
 * @throws Error with the message of what checkServing raised; nothing else of it, since Pulumi takes an error that has an `id` for
 *   a resource that was created.
 */
export async function create(inputs: ServingCheckInputs): Promise<{ id: string; outs: ServingCheckInputs }> {
  await waitUntilAllServes(inputs);
  return { id: `${inputs.namespace}/${inputs.record}`, outs: inputs };
}

export async function update(
  _id: string,
  _olds: ServingCheckInputs,
  news: ServingCheckInputs,
): Promise<{ outs: ServingCheckInputs }> {
  await waitUntilAllServes(news);
  return { outs: news };
}

export function check(
  _olds: unknown,
  news: ServingCheckInputs,
): Promise<{ inputs: ServingCheckInputs; failures: { property: string; reason: string }[] }> {
  return Promise.resolve({ inputs: news, failures: [] });
}

/** What is looked at again: what is to be there has changed, or the plan has missed something of it. */
export function diff(
  _id: string,
  olds: ServingCheckInputs,
  news: ServingCheckInputs,
): Promise<{ changes: boolean; replaces: [] }> {
  const changes =
    placeOf(olds.destination) !== placeOf(news.destination) ||
    olds.size !== news.size ||
    olds.tridentDeployment !== news.tridentDeployment ||
    (news.lookAgain !== "" && news.lookAgain !== olds.lookAgain);
  return Promise.resolve({ changes, replaces: [] });
}

/** Pulumi's `delete`, under a name that the language allows: nothing was made. */
export function remove(): Promise<void> {
  return Promise.resolve();
}

/** Names alone: how it is reached may change without another look. In a preview it may be unknown, and is no address then. */
function placeOf(destination: Partial<Record<"etcdCluster" | "endpoints", unknown>> & Partial<GivenAddress>): string {
  return JSON.stringify([destination.namespace, destination.etcdCluster, destination.endpoints]);
}

async function waitUntilAllServes(inputs: ServingCheckInputs): Promise<void> {
  const { cluster: access, timeoutSeconds, ...request } = requestOf(inputs);
  const cancellation = watchEngineCancellation(() => {
    console.log("Interrupted: whether the etcd and Trident serve is not waited for any longer.");
  });
  // Only here: a preview, and an up that changes nothing, have no use for it, and it takes long to load.
  const { checkServing, servingOnCluster } = await import("../serving/check-serving.ts");
  const { connectToCluster } = await import("../kubernetes/cluster-client.ts");
  try {
    const cluster = connectToCluster(access);
    const patience = { timeoutSeconds, interruption: cancellation.signal };
    const report = (line: string): void => {
      console.log(inSettings(line));
    };
    await checkServing(servingOnCluster(cluster, request, patience, report), request);
  } catch (error) {
    throw new Error(inSettings(error instanceof Error ? error.message : String(error)), { cause: error });
  } finally {
    cancellation.stop();
  }
}
