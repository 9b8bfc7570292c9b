import type * as pulumi from "@pulumi/pulumi";

import type { ClusterChoice } from "../cluster-of.ts";
import { DynamicResource, dynamicProvider } from "../dynamic-provider.ts";

export interface StackNamespaceArgs extends ClusterChoice {
  readonly namespace: pulumi.Input<string>;
  /** Empty when it was found; else anything that was not said before, such as the time. */
  readonly makeAgain: pulumi.Input<string>;
}

/** Has an `up` make the namespace where it is not there. It is never changed and never deleted, whoever has made it. */
export class StackNamespace extends DynamicResource {
  constructor(name: string, args: StackNamespaceArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, "StackNamespace", name, { ...args }, opts);
  }
}

const provider = dynamicProvider("@trident-etcd/migration/providers/namespace-provider.ts");
