import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { GivenAddress } from "@trident-etcd/migration/connect/etcd-address.ts";
import type { ClaimSource } from "@trident-etcd/migration/trident/legacy/uninstalled-trident.ts";
import type { MigrationResult } from "@trident-etcd/migration/record/migration-result.ts";

import type { PodPlacement, PodSettings } from "@trident-etcd/migration/kubernetes/pod-settings.ts";

import type { ClusterChoice } from "../cluster-of.ts";
import { DynamicResource, dynamicProvider } from "../dynamic-provider.ts";
import { migrationOutputs } from "./migration-outputs.ts";

export type HelperPod = PodPlacement & Pick<PodSettings, "resources">;

export interface MigrationRunArgs extends ClusterChoice {
  readonly namespace: pulumi.Input<string>;
  /** The Deployment to migrate from. */
  readonly legacyDeployment: pulumi.Input<string>;
  /** Its container that runs etcd. */
  readonly legacyEtcdContainer: pulumi.Input<string>;
  /** Where the state is if there is no such Deployment any more; without it, only one that stands is migrated. */
  readonly legacyClaim?: pulumi.Input<ClaimSource>;
  /** The etcd to migrate to, which must serve. Names of Secrets: their contents never come into this resource. */
  readonly destination: pulumi.Input<GivenAddress>;
  /** The ConfigMap that the migration keeps its record in. */
  readonly record: pulumi.Input<string>;
  /** The keys below it are copied. */
  readonly prefix: pulumi.Input<string>;
  /** For each wait. */
  readonly timeoutSeconds: pulumi.Input<number>;
  /** As `tridentSpec` makes it. It is started and must serve before anything is final; without it nothing is started. */
  readonly newTrident?: kubernetes.types.input.apps.v1.DeploymentSpec;
  /**
   * What of the old Trident's pod the new one has, as JSON, for the record: later runs ask for the same. It may hold a proxy's password.
   * @default nothing
   */
  readonly carriedPod?: pulumi.Output<string>;
  /**
   * What pods are given that are there for a moment, such as the old etcd's, in place of what the old Trident's pod has.
   * @default they have what that one has
   */
  readonly helperPod?: HelperPod;
  /**
   * The folder on this machine for a snapshot of the old etcd's last state, which holds the application's secrets. None is
   * kept without it, or for "".
   */
  readonly snapshotDirectory?: pulumi.Input<string>;
  /**
   * How many keys that a new Trident wrote may be discarded, when exactly that many were found.
   * @default none
   */
  readonly discardedKeys?: pulumi.Input<number>;
}

/**
 * The migration, as a resource that Pulumi creates once.
 *
 * create migrates; diff never finds a change, so that nothing is copied twice; check refuses impossible inputs; read keeps what
 * was recorded; delete rolls the migration back when the record says that this is asked for, and does nothing otherwise.
 */
export class MigrationRun extends DynamicResource {
  declare readonly keys: pulumi.Output<number>;
  declare readonly bytes: pulumi.Output<number>;
  declare readonly sha256: pulumi.Output<string>;
  declare readonly sourceClusterId: pulumi.Output<string>;
  declare readonly sourceRevision: pulumi.Output<string>;
  declare readonly destinationClusterId: pulumi.Output<string>;
  declare readonly destinationRevision: pulumi.Output<string>;
  declare readonly firstPassKeys: pulumi.Output<number>;
  declare readonly changedKeys: pulumi.Output<MigrationResult["changedKeys"]>;
  declare readonly snapshot: pulumi.Output<string | undefined>;
  declare readonly startedAt: pulumi.Output<string>;
  declare readonly cutOverAt: pulumi.Output<string>;
  /** Undefined for a migration by an older version. */
  declare readonly outageSeconds: pulumi.Output<number | undefined>;
  declare readonly finishedAt: pulumi.Output<string>;

  constructor(name: string, args: MigrationRunArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, "MigrationRun", name, { ...args, ...migrationOutputs }, opts);
  }
}

const provider = dynamicProvider("@trident-etcd/migration/migration-provider.ts");
