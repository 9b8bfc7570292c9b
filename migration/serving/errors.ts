import { withoutFullStop } from "../kubernetes/errors.ts";

/** An `up` is not to end well while Trident does not serve. */
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
