import type * as pulumi from "@pulumi/pulumi";
import type { CopyResult } from "@trident-etcd/migration/etcd-copy/copy-request.ts";
import type { GivenAddress } from "@trident-etcd/migration/connect/etcd-address.ts";

import { clusterOf } from "../cluster-of.ts";
import { DynamicResource, dynamicProvider } from "../dynamic-provider.ts";

/** An address, each part of which may be another resource's output. */
export type EtcdAddressInput = EachAsInput<GivenAddress>;

type EachAsInput<Address> = Address extends unknown
  ? { readonly [Part in keyof Address]: pulumi.Input<Address[Part]> }
  : never;

export interface EtcdCopyArgs {
  /**
   * The path of the kubeconfig of the cluster that holds the Secrets and the etcd clusters, or its contents.
   * @default that of the stack's setting kubernetes:kubeconfig, or else of the environment, as for the Kubernetes provider
   */
  readonly kubeconfig?: pulumi.Input<string>;
  /**
   * Which of the kubeconfig's contexts.
   * @default that of the stack's setting kubernetes:context, or else the kubeconfig's current one
   */
  readonly context?: pulumi.Input<string>;
  /**
   * The uid of that cluster's namespace kube-system: in any other cluster nothing is done.
   * @default any cluster will do
   */
  readonly clusterUid?: pulumi.Input<string>;
  /** The etcd to copy from, which is only read. What writes to it must have been stopped. */
  readonly source: pulumi.Input<EtcdAddressInput>;
  /** The etcd to copy to. It may hold other keys, but below the prefix none that the source does not have, too. */
  readonly destination: pulumi.Input<EtcdAddressInput>;
  /** The keys that begin with it are copied, such as "/inventory/"; not empty. */
  readonly prefix: pulumi.Input<string>;
  /**
   * Whether to be content with a source that has no such key.
   * @default false
   */
  readonly allowEmptySource?: pulumi.Input<boolean>;
  /**
   * Keys with a lease are refused, or, with "copy-without", copied as permanent keys: a lease cannot be copied.
   * @default "refuse"
   */
  readonly leases?: pulumi.Input<"refuse" | "copy-without">;
  /**
   * How long each of its waits may take, in seconds.
   * @default 300
   */
  readonly timeoutSeconds?: pulumi.Input<number>;
}

/**
 * The keys below a prefix, copied once from one etcd to another and verified, every key and every value. What is registered
 * with `dependsOn` this starts only then.
 *
 * It fails, with nothing left of what it wrote, when the source was written to meanwhile, when the destination holds other
 * keys or values below the prefix, and when anything differs; the next `pulumi up` tries again. Once it is done it is never repeated,
 * whatever changes, and its removal from the stack deletes no key.
 */
export class EtcdCopy extends DynamicResource {
  declare readonly keys: pulumi.Output<number>;
  /** The sum of the lengths of all keys and values. */
  declare readonly bytes: pulumi.Output<number>;
  /** Over all that was copied: equal contents have equal digests, on any etcd. */
  declare readonly sha256: pulumi.Output<string>;
  /** How many of the keys an earlier run, one that was killed, had copied. */
  declare readonly keysAlreadyThere: pulumi.Output<number>;
  declare readonly sourceClusterId: pulumi.Output<string>;
  /** The revision that was copied. */
  declare readonly sourceRevision: pulumi.Output<string>;
  declare readonly destinationClusterId: pulumi.Output<string>;
  /** The revision at which the destination was verified. */
  declare readonly destinationRevision: pulumi.Output<string>;
  /** ISO 8601, as is the other. */
  declare readonly startedAt: pulumi.Output<string>;
  declare readonly finishedAt: pulumi.Output<string>;

  constructor(name: string, args: EtcdCopyArgs, opts?: pulumi.CustomResourceOptions) {
    const settings = { ...clusterOf(args), timeoutSeconds: args.timeoutSeconds ?? 300 };
    super(provider, "EtcdCopy", name, { ...args, ...settings, ...outputs }, opts);
  }
}

/** Pulumi fills in those that are there. */
const outputs: Record<keyof CopyResult, undefined> = {
  keys: undefined,
  bytes: undefined,
  sha256: undefined,
  keysAlreadyThere: undefined,
  sourceClusterId: undefined,
  sourceRevision: undefined,
  destinationClusterId: undefined,
  destinationRevision: undefined,
  startedAt: undefined,
  finishedAt: undefined,
};

const provider = dynamicProvider("@trident-etcd/migration/copy-provider.ts");
