import type * as pulumi from "@pulumi/pulumi";

import { clusterOf, type ClusterChoice } from "../cluster-of.ts";
import { DynamicResource, dynamicProvider } from "../dynamic-provider.ts";

export interface KeptClaimArgs extends ClusterChoice {
  readonly namespace: pulumi.Input<string>;
  readonly claim: pulumi.Input<string>;
  /** Of one that is made, such as "10Gi"; one that is there stays as it is. */
  readonly size: pulumi.Input<string>;
  /** "" for the cluster's default one. */
  readonly storageClass: pulumi.Input<string>;
  /** What it is of, as `app.kubernetes.io/component` says it. */
  readonly component: string;
  /** Empty when it was found; else anything that was not said before, such as the time. */
  readonly makeAgain: pulumi.Input<string>;
}

/** Has an `up` make a PersistentVolumeClaim where it is not there. It is never changed and never deleted, whoever has made it. */
export class KeptClaim extends DynamicResource {
  /** The claim's name, once it is there. */
  declare readonly claim: pulumi.Output<string>;

  constructor(name: string, args: KeptClaimArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, "KeptClaim", name, { ...args, ...clusterOf(args) }, opts);
  }
}

const provider = dynamicProvider("@trident-etcd/migration/providers/claim-provider.ts");
