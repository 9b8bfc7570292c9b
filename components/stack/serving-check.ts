import type * as pulumi from "@pulumi/pulumi";
import type { GivenAddress } from "@trident-etcd/migration/connect/etcd-address.ts";

import type { ClusterChoice } from "../cluster-of.ts";
import { DynamicResource, dynamicProvider } from "../dynamic-provider.ts";

export interface ServingCheckArgs extends ClusterChoice {
  readonly namespace: pulumi.Input<string>;
  /** The etcd that Trident has its state in. Names of Secrets: their contents never come into this resource. */
  readonly destination: pulumi.Input<GivenAddress>;
  /** Where Trident keeps its keys. */
  readonly prefix: pulumi.Input<string>;
  /** The ConfigMap in which it is recorded which etcd that is. */
  readonly record: pulumi.Input<string>;
  /** How many members the stack's own etcd is to have; absent for an existing one. */
  readonly size?: pulumi.Input<number>;
  /** Absent for an etcd alone, which is tried with a key of no use instead. */
  readonly tridentDeployment?: pulumi.Input<string>;
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
export class ServingCheck extends DynamicResource {
  constructor(name: string, args: ServingCheckArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, "ServingCheck", name, { ...args }, opts);
  }
}

const provider = dynamicProvider("@trident-etcd/migration/serving/serving-check-provider.ts");
