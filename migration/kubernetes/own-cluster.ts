import { withoutFullStop } from "./errors.ts";

/** A cluster as messages name it. Its uid stays, whatever a kubeconfig calls it. */
export interface NamedCluster {
  /** `"context" (https://server)`; undefined where only the uid was kept. */
  readonly description?: string | undefined;
  /** Of its namespace kube-system, which every cluster has from its beginning to its end. */
  readonly uid: string;
}

/** The path in the API of the namespace whose uid tells one cluster from another. */
export const clusterUidPath = "/api/v1/namespaces/kube-system";

/** The kubeconfig leads to another cluster than the one that the stack was made in. */
export class OtherClusterError extends Error {
  override readonly name = "OtherClusterError";

  constructor(own: NamedCluster, found: NamedCluster) {
    super(`${describeOtherCluster(own, found)} Nothing was changed. ${wayToOwnCluster}`);
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}

export function describeOtherCluster(own: NamedCluster, found: NamedCluster): string {
  return `This stack was made in the Kubernetes cluster ${describe(own)}, and the kubeconfig leads to another one: ${describe(found)}.`;
}

export const wayToOwnCluster =
  "Choose the one that it was made in: by KUBECONFIG and its current context, `pulumi config set kubernetes:context NAME`, or " +
  "`pulumi config set kubernetes:kubeconfig PATH`. For the other cluster make a stack of its own (`pulumi stack init NAME`). If " +
  "the first is gone for good, `pulumi stack rm --force --preserve-config` forgets what was in it.";

/** Which cluster this is; raises what the request raises. */
export async function readClusterUid(requestJson: (path: string) => Promise<unknown>): Promise<string> {
  const namespace = (await requestJson(clusterUidPath)) as { metadata?: { uid?: string } };
  return namespace.metadata?.uid ?? "";
}

/** Raises OtherClusterError, and what the request raises. */
export async function refuseOtherCluster(
  own: NamedCluster,
  description: string,
  requestJson: (path: string) => Promise<unknown>,
): Promise<void> {
  const uid = await readClusterUid(requestJson);
  if (uid !== own.uid) throw new OtherClusterError(own, { description, uid });
}

function describe({ description, uid }: NamedCluster): string {
  const id = `uid ${uid} of namespace kube-system`;
  return description === undefined ? `with ${id}` : `${withoutFullStop(description)} with ${id}`;
}
