import { withoutFullStop } from "../kubernetes/errors.ts";
import { counted } from "../wording/counted.ts";

/** An `up` is not to end well while what it is to keep is not there. */
export class MembersNotServingError extends Error {
  override readonly name = "MembersNotServingError";

  constructor(
    awaited: { readonly namespace: string; readonly etcdCluster: string; readonly size: number },
    seconds: number,
    seen: string,
  ) {
    const { namespace, etcdCluster, size } = awaited;
    super(
      `EtcdCluster ${etcdCluster} in namespace ${namespace} did not come to have exactly ` +
        `${counted(size, "member that serves", "members that serve")} within ${seconds} s: ${withoutFullStop(seen)}. ` +
        `The etcd-operator makes and removes members: \`kubectl --namespace ${namespace} logs deployment/etcd-operator\` says what ` +
        `keeps it. Then run \`pulumi up\` again; if it only needs longer, raise timeoutSeconds.`,
    );
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}
