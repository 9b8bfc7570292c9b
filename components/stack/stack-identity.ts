import type * as pulumi from "@pulumi/pulumi";
import type { IdentityArgs } from "@trident-etcd/migration/identity/identity-provider.ts";

import { DynamicResource, dynamicProvider } from "../dynamic-provider.ts";

/** As the provider's, but that a kubeconfig may be a secret. */
export interface StackIdentityArgs extends Omit<IdentityArgs, "kubeconfig" | "context"> {
  /** The kubeconfig's path, or its contents as a secret; as for the Kubernetes provider. */
  readonly kubeconfig?: pulumi.Input<string>;
  readonly context?: pulumi.Input<string>;
}

/**
 * Who the stack is, and where it is at home, from its first `up` on: its cluster, its namespace, and a uid that tells it from another
 * stack of the same name. A preview and an `up` of another world fail at it, and a refresh: all else is to depend on it.
 */
export class StackIdentity extends DynamicResource {
  /** Random, and kept as long as the stack. */
  declare readonly stackUid: pulumi.Output<string>;

  constructor(name: string, args: StackIdentityArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, "StackIdentity", name, { ...args, stackUid: undefined }, opts);
  }
}

const provider = dynamicProvider("@trident-etcd/migration/identity/identity-provider.ts");
