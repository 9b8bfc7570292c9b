import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { GivenAddress } from "@trident-etcd/migration/connect/etcd-address.ts";
import type { MigrationResult } from "@trident-etcd/migration/record/migration-result.ts";

import type { ClusterChoice } from "../cluster-of.ts";
import { DynamicResource, dynamicProvider } from "../dynamic-provider.ts";
import { migrationOutputs } from "./migration-outputs.ts";

export interface EtcdMoveArgs extends ClusterChoice {
  readonly namespace: pulumi.Input<string>;
  /** The stack's own Deployment of Trident. */
  readonly legacyDeployment: pulumi.Input<string>;
  /** The cluster id of the etcd to move from, decimal. */
  readonly from: pulumi.Input<string>;
  /** Where that is, as Trident uses it; absent once the move is done. */
  readonly source?: pulumi.Input<GivenAddress>;
  /** The etcd to move to, which must serve. Names of Secrets: their contents never come into this resource. */
  readonly destination: pulumi.Input<GivenAddress>;
  /** The ConfigMap that the move keeps its record in. */
  readonly record: pulumi.Input<string>;
  /** The keys below it are copied. */
  readonly prefix: pulumi.Input<string>;
  /** As `tridentSpec` makes it, on the etcd to move to. */
  readonly newTrident: kubernetes.types.input.apps.v1.DeploymentSpec;
  /** As for a migration: for the last state of an etcd that is the stack's own. */
  readonly snapshotDirectory?: pulumi.Input<string>;
  /** As for a migration. */
  readonly discardedKeys?: pulumi.Input<number>;
  /** For each wait. */
  readonly timeoutSeconds: pulumi.Input<number>;
}

/**
 * Moves Trident from one etcd to another, as a resource that Pulumi creates once: create copies while Trident serves, stops it, copies
 * what changed, has it serve on the other etcd and verifies all; whatever fails, Trident is put back where it was. diff finds a change only
 * where another etcd is moved from; delete does nothing.
 */
export class EtcdMove extends DynamicResource {
  declare readonly keys: pulumi.Output<number>;
  declare readonly sha256: pulumi.Output<string>;
  declare readonly sourceClusterId: pulumi.Output<string>;
  declare readonly destinationClusterId: pulumi.Output<string>;
  declare readonly changedKeys: pulumi.Output<MigrationResult["changedKeys"]>;
  /** The path of the snapshot of the etcd that was left; undefined where none was kept. */
  declare readonly snapshot: pulumi.Output<string | undefined>;
  declare readonly outageSeconds: pulumi.Output<number | undefined>;
  /** ISO 8601. */
  declare readonly finishedAt: pulumi.Output<string>;

  constructor(name: string, args: EtcdMoveArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, "EtcdMove", name, { ...args, ...migrationOutputs }, opts);
  }
}

const provider = dynamicProvider("@trident-etcd/migration/providers/move-provider.ts");
