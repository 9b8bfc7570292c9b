import { checkCopyInputs, type CopyFailure } from "../etcd-copy/check-copy-inputs.ts";
import type { CopyInputs, CopyOutputs } from "../etcd-copy/copy-request.ts";
import { etcdAddress } from "../connect/etcd-address.ts";
import { requestOf } from "./request-inputs.ts";
import { watchEngineCancellation } from "./engine-cancellation.ts";

export { read, update } from "./made-once.ts";

/**
 * The copy as a Pulumi dynamic provider's functions, without Pulumi. Progress lines go to the standard output. Once Pulumi is
 * told to stop, by ^C, what was written is taken back.
 *
 * @throws Error with the message of what copyBetweenEtcds raised; nothing else of it, since Pulumi takes an error that has an
 *   `id` for a resource that was created.
 */
export async function create(inputs: CopyInputs): Promise<{ id: string; outs: CopyOutputs }> {
  const cancellation = watchEngineCancellation(() => {
    report(
      "Interrupted: what was copied is being taken back. Another ^C leaves it as it is, for the next `pulumi up` to go on from.",
    );
  });
  // Only here: a preview, and an up that changes nothing, have no use for it, and it takes long to load.
  const { copyBetweenEtcds, copyOnCluster } = await import("../etcd-copy/copy-between-etcds.ts");
  try {
    const copy = { ...requestOf(inputs), source: etcdAddress(inputs.source) };
    const environment = copyOnCluster(copy, cancellation.signal);
    const result = await copyBetweenEtcds(copy, environment, report, cancellation.signal);
    return { id: `${result.destinationClusterId}:${inputs.prefix}`, outs: { ...inputs, ...result } };
  } catch (error) {
    throw withMessageOnly(error);
  } finally {
    cancellation.stop();
  }
}

/** Refuses what can be refused without a look at the cluster. Runs in previews, too. */
export function check(_olds: unknown, news: CopyInputs): Promise<{ inputs: CopyInputs; failures: CopyFailure[] }> {
  return Promise.resolve({ inputs: news, failures: checkCopyInputs(news) });
}

/** A copy that is done is never repeated, whatever changes: by then the destination has a life of its own. */
export function diff(): Promise<{ changes: false; replaces: [] }> {
  return Promise.resolve({ changes: false, replaces: [] });
}

/** Pulumi's `delete`, under a name that the language allows. Nothing is deleted: the keys are the application's. */
export function remove(): Promise<void> {
  return Promise.resolve();
}

function withMessageOnly(error: unknown): Error {
  const plain = new Error(error instanceof Error ? error.message : String(error), { cause: error });
  // Pulumi prints the stack beside the message, which says all that there is to say.
  plain.stack = "";
  return plain;
}

function report(line: string): void {
  console.log(line);
}
