import * as pulumi from "@pulumi/pulumi";

/** A cluster as resources name it that reach it from within their provider. */
export interface ClusterChoice {
  /** The kubeconfig's path, or its contents as a secret; as for the Kubernetes provider. */
  readonly kubeconfig?: pulumi.Input<string>;
  readonly context?: pulumi.Input<string>;
  /**
   * The uid of its namespace kube-system: in any other cluster nothing is done.
   * @default any cluster will do
   */
  readonly clusterUid?: pulumi.Input<string>;
}

/** The same cluster as that of Pulumi's Kubernetes resources without a provider of their own. */
export function clusterOf(args: ClusterChoice): {
  kubeconfig?: pulumi.Output<string>;
  context?: pulumi.Input<string>;
} {
  const settings = new pulumi.Config("kubernetes");
  const kubeconfig = args.kubeconfig ?? settings.getSecret("kubeconfig");
  const context = args.context ?? settings.get("context");
  return {
    // A path is no secret, but contents are, and which of both it is may not be known yet.
    ...(kubeconfig === undefined ? {} : { kubeconfig: pulumi.secret(kubeconfig) }),
    ...(context === undefined ? {} : { context }),
  };
}

/** Those of a component's arguments that choose the cluster. */
export function clusterChoice({ kubeconfig, context, clusterUid }: ClusterChoice): ClusterChoice {
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(clusterUid === undefined ? {} : { clusterUid }),
  };
}
