import * as pulumi from "@pulumi/pulumi";
import type { EtcdAddress } from "@trident-etcd/migration/connect/etcd-address.ts";
import type * as serving from "@trident-etcd/migration/serving/serving-check-provider.ts";

import type { ClusterChoice } from "../cluster-of.ts";

export interface ServingCheckArgs extends ClusterChoice {
  readonly namespace: pulumi.Input<string>;
  /** The etcd that Trident has its state in. Names of Secrets: their contents never come into this resource. */
  readonly destination: pulumi.Input<EtcdAddress>;
  /** Where Trident keeps its keys. */
  readonly prefix: pulumi.Input<string>;
  /** The ConfigMap in which it is recorded which etcd that is. */
  readonly record: pulumi.Input<string>;
  /** How many members the stack's own etcd is to have; absent for an existing one. */
  readonly size?: pulumi.Input<number>;
  readonly tridentDeployment: pulumi.Input<string>;
  /** The cluster id of a recorded etcd that may be replaced by another one; empty for none. */
  readonly abandonedEtcd: pulumi.Input<string>;
  /** For each wait. */
  readonly timeoutSeconds: pulumi.Input<number>;
  /** Empty when all was found serving; else anything that was not said before, such as the time. */
  readonly lookAgain: pulumi.Input<string>;
}

/**
 * Has an `up` wait until the etcd's members and Trident serve, and records which etcd that is. Nothing is made of it. It is to
 * depend on both.
 */
export class ServingCheck extends pulumi.dynamic.Resource {
  constructor(name: string, args: ServingCheckArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { ...args },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["kubeconfig"] }),
      "trident-etcd",
      "ServingCheck",
    );
  }
}

type ProviderFunctions = typeof serving;

// Pulumi freezes the text of these functions into the stack's state, and runs that text even when this file has changed since.
// So each only calls the package by its name, which is looked up anew in whatever version is installed.
/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/no-unsafe-argument -- see above; inputs are untyped */
const provider: pulumi.dynamic.ResourceProvider = {
  check: (olds, news) =>
    (require("@trident-etcd/migration/serving/serving-check-provider.ts") as ProviderFunctions).check(olds, news),
  diff: (id, olds, news) =>
    (require("@trident-etcd/migration/serving/serving-check-provider.ts") as ProviderFunctions).diff(id, olds, news),
  create: (inputs) =>
    (require("@trident-etcd/migration/serving/serving-check-provider.ts") as ProviderFunctions).create(inputs),
  read: (id, props) =>
    (require("@trident-etcd/migration/serving/serving-check-provider.ts") as ProviderFunctions).read(id, props),
  update: (id, olds, news) =>
    (require("@trident-etcd/migration/serving/serving-check-provider.ts") as ProviderFunctions).update(id, olds, news),
  delete: () => (require("@trident-etcd/migration/serving/serving-check-provider.ts") as ProviderFunctions).remove(),
};
/* eslint-enable */
