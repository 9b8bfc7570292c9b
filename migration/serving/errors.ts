import { counted } from "../wording/counted.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";

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
        `keeps it. Then run \`pulumi up\` again; if it only needs longer, raise the setting timeoutSeconds.`,
    );
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}

/** The same for Trident. */
export class TridentNotServingError extends Error {
  override readonly name = "TridentNotServingError";

  constructor(trident: { readonly namespace: string; readonly deployment: string }, seen: string) {
    const { namespace, deployment } = trident;
    super(
      `Trident (Deployment ${deployment} in namespace ${namespace}) does not serve: ${withoutFullStop(seen)}. See ` +
        `\`kubectl --namespace ${namespace} describe deployment ${deployment}\` and \`kubectl --namespace ${namespace} logs ` +
        `deployment/${deployment}\`, put that right and run \`pulumi up\` again.`,
    );
    this.stack = "";
  }
}

/** Somebody has replaced the etcd between the plan and now. */
export class UnexpectedEtcdError extends Error {
  override readonly name = "UnexpectedEtcdError";

  constructor(recorded: string, found: string) {
    super(
      `Trident's state is recorded in etcd cluster ${recorded}, and what serves now is etcd cluster ${found}: somebody has replaced ` +
        `it meanwhile. Nothing was recorded; \`pulumi preview\` says what that means and which ways there are.`,
    );
    this.stack = "";
  }
}
