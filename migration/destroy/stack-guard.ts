import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isForbidden, isNotFound } from "../kubernetes/errors.ts";
import { refuseOtherCluster } from "../kubernetes/own-cluster.ts";
import { isOurs, stackUidOf } from "../kubernetes/ownership.ts";

type ServedObject = Parameters<typeof isOurs>[0] & Parameters<typeof stackUidOf>[0];

export interface StackGuardRequest {
  /** What the stack's cluster was called. */
  readonly cluster: string;
  readonly clusterUid: string;
  readonly namespace: string;
  readonly stackUid: string;
  /** Paths in the API of objects that the stack has made. */
  readonly objects: readonly string[];
}

/** What this stack had made is another one's now. */
export class StackTakenOverError extends Error {
  override readonly name = "StackTakenOverError";

  constructor({ namespace, stackUid }: StackGuardRequest, otherUid: string) {
    super(
      `Another stack (uid ${otherUid}) has taken over what this one (uid ${stackUid}) had made in namespace ${namespace}. Nothing was ` +
        `deleted. Have Pulumi forget this one, whose objects are no longer its own: \`pulumi stack rm --force\`.`,
    );
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}

/** Under a name of this stack's stands what it has not made. */
export class NotOwnObjectError extends Error {
  override readonly name = "NotOwnObjectError";

  constructor({ namespace }: StackGuardRequest, path: string) {
    super(
      `Pulumi would delete ${path.split("/").slice(-2).join("/")} in namespace ${namespace}, which this program has not made: somebody ` +
        `has put it in the place of what the stack had there. Nothing was deleted. \`pulumi preview\` says what it is and what to do.`,
    );
    this.stack = "";
  }
}

/**
 * Looks whether a destroy would delete what the stack has made, and not what has the same names elsewhere, or is somebody else's by now.
 *
 * Raises OtherClusterError, StackTakenOverError, NotOwnObjectError, ClusterUnreachableError, and ClusterRequestError for what the API server refuses.
 */
export async function guardStack(
  cluster: Pick<ClusterClient, "description" | "requestJson">,
  request: StackGuardRequest,
): Promise<void> {
  const get = (path: string) => cluster.requestJson({ method: "GET", path });
  const own = { description: request.cluster, uid: request.clusterUid };
  await refuseOtherCluster(own, cluster.description, get);
  for (const path of request.objects) {
    const object = (await get(path).catch(unlessAbsent)) as ServedObject | undefined;
    if (object !== undefined && !isOurs(object)) throw new NotOwnObjectError(request, path);
    const uid = stackUidOf(object);
    if (uid !== undefined && uid !== request.stackUid) throw new StackTakenOverError(request, uid);
  }
}

function unlessAbsent(error: unknown): undefined {
  if (!isNotFound(error) && !isForbidden(error)) throw error;
}
