import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { ClusterChoice } from "../cluster-of.ts";
import { DynamicResource, dynamicProvider } from "../dynamic-provider.ts";

export interface ImagePullArgs extends ClusterChoice {
  readonly namespace: pulumi.Input<string>;
  /** Trident's Deployment, which is to depend on this. */
  readonly deployment: pulumi.Input<string>;
  /** A ConfigMap whose deletion takes the pod with it that pulls. */
  readonly record: pulumi.Input<string>;
  /** As `tridentImages` makes it. */
  readonly pods: kubernetes.types.input.core.v1.PodSpec;
  /** For each wait. */
  readonly timeoutSeconds: pulumi.Input<number>;
}

/**
 * Pulls Trident's image by a pod that lives for a moment, before the Deployment is made or changed: that stops the Trident that runs,
 * and one whose image can't be pulled would not come in its place. Nothing is made of it that lasts.
 */
export class ImagePull extends DynamicResource {
  constructor(name: string, args: ImagePullArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, "ImagePull", name, { ...args }, opts);
  }
}

const provider = dynamicProvider("@trident-etcd/migration/image-pull-provider.ts");
