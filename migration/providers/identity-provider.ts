import { errorInSettings, inSettings } from "../wording/in-settings.ts";
import { randomUUID } from "node:crypto";
import { describeFailure } from "../wording/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import { checkIdentity, type Identity, type World } from "../identity/check-identity.ts";

interface Access {
  /** As in ClusterAccess. When it is the contents of a kubeconfig, it is a secret, also among the outputs. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** What is kept in the stack's state. */
export type IdentityInputs = Identity & Access;

/** What a run hands in: who the stack is, is known to its state alone. */
export type IdentityArgs = World & Access;

/** Where the stack is at home can't be asked. */
export class HomeUnknownError extends Error {
  override readonly name = "HomeUnknownError";

  constructor({ cluster, clusterUid, kubeconfig, context }: IdentityInputs, cause: unknown) {
    const chosen = kubeconfig === undefined && context === undefined ? "" : ` ${newSettings}`;
    super(
      `Whether the kubeconfig leads to the cluster that this stack was made in, ${cluster} with uid ${clusterUid} of namespace ` +
        `kube-system, can't be found out: ${withoutFullStop(describeFailure(cause))}. Nothing was changed.${chosen} If that cluster is ` +
        `gone for good, set PULUMI_K8S_DELETE_UNREACHABLE=true.`,
      { cause },
    );
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}

const newSettings =
  "A refresh and a destroy use the kubeconfig and context that were set at the last `pulumi up`. Have they moved or got other names, set " +
  "kubernetes:kubeconfig and kubernetes:context and run `pulumi up --refresh=false` first.";

/**
 * The stack's identity as a Pulumi dynamic provider's functions, without Pulumi. Only looks, and remembers.
 *
 * Refuses, in each preview and each up, what `checkIdentity` refuses. Whoever has no uid yet gets one; it is kept for good.
 */
export function check(
  olds: Partial<IdentityInputs>,
  news: IdentityArgs,
): Promise<{ inputs: IdentityInputs; failures: { property: string; reason: string }[] }> {
  const own = olds.stackUid === undefined ? undefined : (olds as IdentityInputs);
  const failures = checkIdentity(own, news).map((reason) => ({ property: "", reason: inSettings(reason) }));
  return Promise.resolve({ inputs: kept(news, own?.stackUid ?? randomUUID()), failures });
}

/** What was found is different in each run, and no part of an identity. */
function kept(news: IdentityArgs, stackUid: string): IdentityInputs {
  const { kubeconfig, context, stack, cluster, clusterUid, namespace } = news;
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...{ stack, stackUid, cluster, clusterUid, namespace },
  };
}

/** Never another resource: what must not change was refused before. */
export function diff(
  _id: string,
  olds: IdentityInputs,
  news: IdentityInputs,
): Promise<{ changes: boolean; replaces: [] }> {
  const names = ["kubeconfig", "context", "stack", "stackUid", "cluster", "clusterUid", "namespace"] as const;
  return Promise.resolve({ changes: names.some((name) => olds[name] !== news[name]), replaces: [] });
}

export function create(inputs: IdentityInputs): Promise<{ id: string; outs: IdentityInputs }> {
  return Promise.resolve({ id: inputs.stackUid, outs: inputs });
}

export function update(_id: string, _olds: IdentityInputs, news: IdentityInputs): Promise<{ outs: IdentityInputs }> {
  return Promise.resolve({ outs: news });
}

/**
 * A refresh in another cluster would find nothing of the stack there, and forget all of it.
 *
 * @throws OtherClusterError, HomeUnknownError
 */
export async function read(id: string, props: IdentityInputs): Promise<{ id: string; props: IdentityInputs }> {
  const { kubeconfig, context, clusterUid, cluster } = props;
  // Only here: to load the cluster's client takes longer than all else that Pulumi asks of an identity.
  const { connectToCluster } = await import("../kubernetes/cluster-client.ts");
  const { OtherClusterError, refuseOtherCluster } = await import("../kubernetes/own-cluster.ts");
  const { ClusterUnreachableError } = await import("../kubernetes/errors.ts");
  try {
    const found = connectToCluster({ kubeconfig, context });
    const get = (path: string) => found.requestJson({ method: "GET", path });
    await refuseOtherCluster({ description: cluster, uid: clusterUid }, found.description, get);
  } catch (error) {
    if (error instanceof OtherClusterError) throw error;
    // Who deletes what can't be reached knows that nobody can be asked.
    const isGivenUp = error instanceof ClusterUnreachableError && process.env.PULUMI_K8S_DELETE_UNREACHABLE === "true";
    if (!isGivenUp) throw errorInSettings(new HomeUnknownError(props, error));
  }
  return { id, props };
}

/** Pulumi's `delete`, under a name that the language allows. Nothing was made. */
export function remove(): Promise<void> {
  return Promise.resolve();
}
