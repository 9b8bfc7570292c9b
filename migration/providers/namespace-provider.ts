import { inSettings } from "../wording/in-settings.ts";
import { accessOf, type AccessInputs } from "./request-inputs.ts";

export { read } from "./made-once.ts";

export interface NamespaceInputs extends AccessInputs {
  readonly namespace: string;
  /** Empty when the plan found it; else anything that was not said before, such as the time. */
  readonly makeAgain: string;
}

/**
 * The making of a namespace as a Pulumi dynamic provider's functions, without Pulumi. It is never deleted: what else is in it, such
 * as claims, would go with it.
 *
 * @throws Error with the message of what makeNamespace raised; nothing else of it, since Pulumi takes an error that has an `id` for
 *   a resource that was created.
 */
export async function create(inputs: NamespaceInputs): Promise<{ id: string; outs: NamespaceInputs }> {
  await make(inputs);
  return { id: inputs.namespace, outs: inputs };
}

export async function update(
  _id: string,
  _olds: NamespaceInputs,
  news: NamespaceInputs,
): Promise<{ outs: NamespaceInputs }> {
  await make(news);
  return { outs: news };
}

export function check(
  _olds: unknown,
  news: NamespaceInputs,
): Promise<{ inputs: NamespaceInputs; failures: { property: string; reason: string }[] }> {
  return Promise.resolve({ inputs: news, failures: [] });
}

export function diff(
  _id: string,
  olds: NamespaceInputs,
  news: NamespaceInputs,
): Promise<{ changes: boolean; replaces: [] }> {
  const changes = olds.namespace !== news.namespace || (news.makeAgain !== "" && news.makeAgain !== olds.makeAgain);
  return Promise.resolve({ changes, replaces: [] });
}

/** Pulumi's `delete`, under a name that the language allows: the namespace stays. */
export function remove(): Promise<void> {
  return Promise.resolve();
}

async function make(inputs: NamespaceInputs): Promise<void> {
  // Only here: a preview, and an up that changes nothing, have no use for it, and it takes long to load.
  const { makeNamespace } = await import("../kubernetes/make-namespace.ts");
  const { connectToCluster } = await import("../kubernetes/cluster-client.ts");
  try {
    await makeNamespace(connectToCluster(accessOf(inputs)), inputs.namespace);
  } catch (error) {
    const why = inSettings(error instanceof Error ? error.message : String(error));
    throw new Error(`Namespace ${inputs.namespace} can't be made: ${why}`, { cause: error });
  }
}
