import type { RestoreRequest } from "../restore/restore-on-cluster.ts";
import type { RestoreResult } from "../record/restored-state.ts";
import { inSettings } from "../wording/in-settings.ts";
import { watchEngineCancellation } from "./engine-cancellation.ts";
import { requestOf, type InputsOf } from "./request-inputs.ts";

export { read } from "./made-once.ts";

export interface RestoreInputs extends InputsOf<RestoreRequest> {
  /** Empty when the plan found nothing to restore; else anything that was not said before, such as the time. */
  readonly run: string;
}

export type RestoreOutputs = RestoreInputs & Partial<RestoreResult>;

/**
 * A restore as a Pulumi dynamic provider's functions, without Pulumi. Progress lines go to the standard output. ^C ends it where it is,
 * for the next run to go on from there.
 *
 * @throws Error with the message of what restoreEtcd raised; nothing else of it, since Pulumi takes an error that has an `id` for
 *   a resource that was created.
 */
export async function create(inputs: RestoreInputs): Promise<{ id: string; outs: RestoreOutputs }> {
  return { id: `${inputs.namespace}/${inputs.record}`, outs: { ...inputs, ...(await restore(inputs)) } };
}

export async function update(
  _id: string,
  _olds: RestoreOutputs,
  news: RestoreInputs,
): Promise<{ outs: RestoreOutputs }> {
  return { outs: { ...news, ...(await restore(news)) } };
}

export function check(
  _olds: unknown,
  news: RestoreInputs,
): Promise<{ inputs: RestoreInputs; failures: { property: string; reason: string }[] }> {
  return Promise.resolve({ inputs: news, failures: [] });
}

/** What is restored is not restored again; the plan says when another restore is to be done. */
export function diff(
  _id: string,
  olds: RestoreInputs,
  news: RestoreInputs,
): Promise<{ changes: boolean; replaces: [] }> {
  return Promise.resolve({ changes: news.run !== "" && news.run !== olds.run, replaces: [] });
}

/** Pulumi's `delete`, under a name that the language allows: what was restored stays. */
export function remove(): Promise<void> {
  return Promise.resolve();
}

async function restore(inputs: RestoreInputs): Promise<RestoreResult> {
  const cancellation = watchEngineCancellation(() => {
    report("Interrupted: the restore stops where it is; the next `pulumi up` goes on from there.");
  });
  // Only here: a preview, and an up that changes nothing, have no use for it, and it takes long to load.
  const { restoreEtcd } = await import("../restore/restore-etcd.ts");
  const { restoreOnCluster } = await import("../restore/restore-on-cluster.ts");
  try {
    const request = requestOf(inputs);
    const { destination, from, abandonedEtcd, prefix, tridentDeployment } = request;
    if (destination.kind !== "managed") throw new Error("only an etcd of the stack's own is restored");
    const port = restoreOnCluster({ ...request, destination }, cancellation.signal, report);
    const what = { from, abandonedEtcd, prefix, trident: tridentDeployment !== undefined };
    return await restoreEtcd(port, what, report, cancellation.signal);
  } catch (error) {
    throw new Error(inSettings(error instanceof Error ? error.message : String(error)), { cause: error });
  } finally {
    cancellation.stop();
  }
}

function report(line: string): void {
  console.log(inSettings(line));
}
