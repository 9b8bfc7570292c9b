import type * as pulumi from "@pulumi/pulumi";
import type { EtcdClusterAddress } from "@trident-etcd/migration/connect/etcd-address.ts";

import type { PodSettings } from "@trident-etcd/migration/kubernetes/pod-settings.ts";
import type { ClaimSource } from "@trident-etcd/migration/trident/legacy/uninstalled-trident.ts";

import type { ClusterChoice } from "../cluster-of.ts";
import { DynamicResource, dynamicProvider } from "../dynamic-provider.ts";

export interface EtcdRestoreArgs extends ClusterChoice {
  readonly namespace: pulumi.Input<string>;
  /** The stack's own etcd, to restore into: new, emptied, or with its quorum lost. Names of Secrets: their contents never come into this resource. */
  readonly destination: pulumi.Input<EtcdClusterAddress>;
  /** The ConfigMap that the restore keeps its record in. */
  readonly record: pulumi.Input<string>;
  /** Where Trident keeps its keys. */
  readonly prefix: pulumi.Input<string>;
  /** A snapshot's path on this machine; `claim:NAME.db` or `claim:newest`; `member`; `legacyClaim`. */
  readonly from: pulumi.Input<string>;
  /** The cluster id of the etcd that is given up: without it one whose quorum is lost is never deleted. Empty for none. */
  readonly abandonedEtcd: pulumi.Input<string>;
  /** How many members the etcd is to have. */
  readonly size: pulumi.Input<number>;
  /** The stack's own Deployment of Trident, which is stopped meanwhile if it is there; absent for an etcd alone, of which every key is restored. */
  readonly tridentDeployment?: pulumi.Input<string>;
  /** The claim with snapshots that `claim:` names. */
  readonly snapshotClaim: pulumi.Input<string>;
  /** An image with a shell, such as the members' own, for the pod that reads a claim. */
  readonly etcdImage: pulumi.Input<string>;
  /** How the old Trident's claim is read, for `legacyClaim`. */
  readonly legacyClaim?: pulumi.Input<ClaimSource>;
  /** What pods are given that are there for a moment. */
  readonly helperPod?: PodSettings;
  /** Where what is fetched from the cluster is kept. It holds the application's secrets. */
  readonly snapshotDirectory: pulumi.Input<string>;
  /** For each wait. */
  readonly timeoutSeconds: pulumi.Input<number>;
  /** Anything that was not said before, such as the time, has it restored; empty where there is nothing to restore. */
  readonly run: pulumi.Input<string>;
}

/**
 * Brings the stack's etcd up with what a snapshot holds, every key and value compared: what is to find that state there, such as Trident,
 * is to depend on it. An etcd that has keys is never restored into. Done once; delete does nothing.
 */
export class EtcdRestore extends DynamicResource {
  /** Absolute path of the snapshot that was restored. */
  declare readonly file: pulumi.Output<string | undefined>;
  /** The snapshot's. */
  declare readonly revision: pulumi.Output<string | undefined>;
  /** When it was taken, ISO 8601. */
  declare readonly savedAt: pulumi.Output<string | undefined>;
  declare readonly sha256: pulumi.Output<string | undefined>;
  declare readonly keys: pulumi.Output<number | undefined>;
  declare readonly destinationClusterId: pulumi.Output<string | undefined>;
  /** Known to be lost, the time up to when that was seen; undefined where nobody knows. */
  declare readonly lostRevisions: pulumi.Output<number | undefined>;
  declare readonly lostSeconds: pulumi.Output<number | undefined>;
  /** ISO 8601. */
  declare readonly finishedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: EtcdRestoreArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, "EtcdRestore", name, { ...args, ...outputs }, opts);
  }
}

/** Known only once it is restored. */
const outputs = {
  ...{ file: undefined, revision: undefined, savedAt: undefined, sha256: undefined, keys: undefined },
  ...{ destinationClusterId: undefined, lostRevisions: undefined, lostSeconds: undefined, finishedAt: undefined },
};

const provider = dynamicProvider("@trident-etcd/migration/providers/restore-provider.ts");
