import { accessOf, type AccessInputs } from "./request-inputs.ts";

export { read } from "./made-once.ts";

export interface ClaimInputs extends AccessInputs {
  readonly namespace: string;
  readonly claim: string;
  /** Of one that is made; one that is there stays as it is. */
  readonly size: string;
  readonly storageClass: string;
  readonly component: string;
  /** Empty when the plan found it; else anything that was not said before, such as the time. */
  readonly makeAgain: string;
}

/**
 * The making of a claim as a Pulumi dynamic provider's functions, without Pulumi. It is never changed nor deleted: what is on it is to
 * outlive the stack.
 *
 * @throws Error with the message of what makeClaim raised; nothing else of it, since Pulumi takes an error that has an `id` for a
 *   resource that was created.
 */
export async function create(inputs: ClaimInputs): Promise<{ id: string; outs: ClaimInputs }> {
  await make(inputs);
  return { id: `${inputs.namespace}/${inputs.claim}`, outs: inputs };
}

export async function update(_id: string, _olds: ClaimInputs, news: ClaimInputs): Promise<{ outs: ClaimInputs }> {
  await make(news);
  return { outs: news };
}

export function check(
  _olds: unknown,
  news: ClaimInputs,
): Promise<{ inputs: ClaimInputs; failures: { property: string; reason: string }[] }> {
  return Promise.resolve({ inputs: news, failures: [] });
}

export function diff(_id: string, olds: ClaimInputs, news: ClaimInputs): Promise<{ changes: boolean; replaces: [] }> {
  const isAnother = olds.namespace !== news.namespace || olds.claim !== news.claim;
  const changes = isAnother || (news.makeAgain !== "" && news.makeAgain !== olds.makeAgain);
  return Promise.resolve({ changes, replaces: [] });
}

/** Pulumi's `delete`, under a name that the language allows: the claim stays. */
export function remove(): Promise<void> {
  return Promise.resolve();
}

async function make(inputs: ClaimInputs): Promise<void> {
  // Only here: a preview, and an up that changes nothing, have no use for it, and it takes long to load.
  const { makeClaim } = await import("../kubernetes/make-claim.ts");
  const { connectToCluster } = await import("../kubernetes/cluster-client.ts");
  const { namespace, claim, size, storageClass, component } = inputs;
  try {
    await makeClaim(connectToCluster(accessOf(inputs)), { namespace, name: claim, size, storageClass, component });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`PersistentVolumeClaim ${claim} can't be made: ${why}`, { cause: error });
  }
}
