import * as pulumi from "@pulumi/pulumi";
import type * as steps from "@trident-etcd/migration/uninstall/destroy-step-provider.ts";

import { clusterOf, type ClusterChoice } from "../cluster-of.ts";

/** Where a step of a destroy finds its cluster: as the last `up` did. */
export type DestroyStepArgs = ClusterChoice;

/**
 * A resource of which nothing is made: its removal, with the stack's, is a step of the destroy. Pulumi removes what depends on it
 * before, and what it depends on after.
 */
export abstract class DestroyStep extends pulumi.dynamic.Resource {
  constructor(
    type: string,
    name: string,
    args: DestroyStepArgs & { readonly step: steps.DestroyStepInputs["step"] },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      provider,
      name,
      { ...args, ...clusterOf(args) },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["kubeconfig"] }),
      "trident-etcd",
      type,
    );
  }
}

type ProviderFunctions = typeof steps;

// Pulumi freezes the text of these functions into the stack's state, and runs that text even when this file has changed since.
// So each only calls the package by its name, which is looked up anew in whatever version is installed.
/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/no-unsafe-argument -- see above; inputs are untyped */
const provider: pulumi.dynamic.ResourceProvider = {
  check: (olds, news) =>
    (require("@trident-etcd/migration/uninstall/destroy-step-provider.ts") as ProviderFunctions).check(olds, news),
  diff: (id, olds, news) =>
    (require("@trident-etcd/migration/uninstall/destroy-step-provider.ts") as ProviderFunctions).diff(id, olds, news),
  create: (inputs) =>
    (require("@trident-etcd/migration/uninstall/destroy-step-provider.ts") as ProviderFunctions).create(inputs),
  read: (id, props) =>
    (require("@trident-etcd/migration/uninstall/destroy-step-provider.ts") as ProviderFunctions).read(id, props),
  update: (id, olds, news) =>
    (require("@trident-etcd/migration/uninstall/destroy-step-provider.ts") as ProviderFunctions).update(id, olds, news),
  delete: (id, props) =>
    (require("@trident-etcd/migration/uninstall/destroy-step-provider.ts") as ProviderFunctions).remove(id, props),
};
/* eslint-enable */
