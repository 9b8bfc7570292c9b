import type * as pulumi from "@pulumi/pulumi";
import type { DestroyStepInputs } from "@trident-etcd/migration/uninstall/destroy-step-provider.ts";

import { clusterOf, type ClusterChoice } from "../cluster-of.ts";
import { DynamicResource, dynamicProvider } from "../dynamic-provider.ts";

/** Where a step of a destroy finds its cluster: as the last `up` did. */
export type DestroyStepArgs = ClusterChoice;

/**
 * A resource of which nothing is made: its removal, with the stack's, is a step of the destroy. Pulumi removes what depends on it
 * before, and what it depends on after.
 */
export abstract class DestroyStep extends DynamicResource {
  constructor(
    type: string,
    name: string,
    args: DestroyStepArgs & { readonly step: DestroyStepInputs["step"] },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(provider, type, name, { ...args, ...clusterOf(args) }, opts);
  }
}

const provider = dynamicProvider("@trident-etcd/migration/uninstall/destroy-step-provider.ts");
