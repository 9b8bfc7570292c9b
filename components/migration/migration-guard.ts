import type * as pulumi from "@pulumi/pulumi";
import type { GivenAddress } from "@trident-etcd/migration/connect/etcd-address.ts";

import type { ClusterChoice } from "../cluster-of.ts";
import type { MigrationRunArgs } from "./migration-run.ts";
import { DynamicResource, dynamicProvider } from "../dynamic-provider.ts";

export interface MigrationGuardArgs extends ClusterChoice {
  readonly namespace: pulumi.Input<string>;
  /** The Deployment that is migrated from. */
  readonly legacyDeployment: pulumi.Input<string>;
  /** Its container that runs etcd. */
  readonly legacyEtcdContainer: pulumi.Input<string>;
  /** The etcd that is migrated to: the guard is removed before it. */
  readonly destination: pulumi.Input<GivenAddress>;
  /** The ConfigMap that the migration keeps its record in. */
  readonly record: pulumi.Input<string>;
  /** The keys below it are the application's. */
  readonly prefix: pulumi.Input<string>;
  /** As for the migration. */
  readonly discardedKeys?: pulumi.Input<number>;
  /** For each wait. */
  readonly timeoutSeconds: pulumi.Input<number>;
  /** As for the migration. */
  readonly helperPod?: MigrationRunArgs["helperPod"];
  /**
   * Whether the migration is rolled back, which its own removal from the stack does.
   * @default false
   */
  readonly rollback?: boolean;
  /** For a rollback: as for the migration. */
  readonly snapshotDirectory?: pulumi.Input<string>;
}

/**
 * Stands between a migration and its record: nothing happens when it is made, but its removal, with the stack's, puts the old
 * Trident back if the migration did not end. It also writes into the record that a rollback is asked for. The migration is to depend on it, so that it is there whatever became of that.
 */
export class MigrationGuard extends DynamicResource {
  constructor(name: string, args: MigrationGuardArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, "MigrationGuard", name, { ...args }, opts);
  }
}

const provider = dynamicProvider("@trident-etcd/migration/guard-provider.ts");
