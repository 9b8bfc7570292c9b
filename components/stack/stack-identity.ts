import * as pulumi from "@pulumi/pulumi";
import type * as identity from "@trident-etcd/migration/identity/identity-provider.ts";

/** As the provider's, but that a kubeconfig may be a secret. */
export interface StackIdentityArgs extends Omit<identity.IdentityArgs, "kubeconfig" | "context"> {
  /** The kubeconfig's path, or its contents as a secret; as for the Kubernetes provider. */
  readonly kubeconfig?: pulumi.Input<string>;
  readonly context?: pulumi.Input<string>;
}

/**
 * Who the stack is, and where it is at home, from its first `up` on: its cluster, its namespace, and a uid that tells it from another
 * stack of the same name. A preview and an `up` of another world fail at it, and a refresh: all else is to depend on it.
 */
export class StackIdentity extends pulumi.dynamic.Resource {
  /** Random, and kept as long as the stack. */
  declare readonly stackUid: pulumi.Output<string>;

  constructor(name: string, args: StackIdentityArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { ...args, stackUid: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["kubeconfig"] }),
      "trident-etcd",
      "StackIdentity",
    );
  }
}

type ProviderFunctions = typeof identity;

// Pulumi freezes the text of these functions into the stack's state, and runs that text even when this file has changed since.
// So each only calls the package by its name, which is looked up anew in whatever version is installed.
/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/no-unsafe-argument -- see above; inputs are untyped */
const provider: pulumi.dynamic.ResourceProvider = {
  check: (olds, news) =>
    (require("@trident-etcd/migration/identity/identity-provider.ts") as ProviderFunctions).check(olds, news),
  diff: (id, olds, news) =>
    (require("@trident-etcd/migration/identity/identity-provider.ts") as ProviderFunctions).diff(id, olds, news),
  create: (inputs) =>
    (require("@trident-etcd/migration/identity/identity-provider.ts") as ProviderFunctions).create(inputs),
  read: (id, props) =>
    (require("@trident-etcd/migration/identity/identity-provider.ts") as ProviderFunctions).read(id, props),
  update: (id, olds, news) =>
    (require("@trident-etcd/migration/identity/identity-provider.ts") as ProviderFunctions).update(id, olds, news),
  delete: () => (require("@trident-etcd/migration/identity/identity-provider.ts") as ProviderFunctions).remove(),
};
/* eslint-enable */
