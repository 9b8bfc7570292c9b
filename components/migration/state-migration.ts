import * as pulumi from "@pulumi/pulumi";
import type { MigrationResult } from "@trident-etcd/migration/record/migration-result.ts";

import { clusterChoice } from "../cluster-of.ts";
import { MigrationGuard } from "./migration-guard.ts";
import { MigrationRun } from "./migration-run.ts";
import type { MigrationRunArgs } from "./migration-run.ts";

export interface StateMigrationArgs extends Omit<MigrationRunArgs, "record" | "timeoutSeconds"> {
  /** The name of the ConfigMap in which the migration records what it did, as an output of it. */
  readonly record: pulumi.Input<string>;
  /**
   * How long each of its waits may take, in seconds.
   * @default 300
   */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /**
   * Whether a migration that has ended is rolled back. The application on the new etcd is not to be registered then: Pulumi
   * deletes it, and after it the migration, whose removal puts the old one back.
   * @default false
   */
  readonly rollback?: boolean;
}

/** Moves the state of an application with an embedded etcd into an etcd cluster, once; and back, if that is asked for. */
export class StateMigration extends pulumi.ComponentResource {
  /** Resolves once the state was copied and verified; undefined for a rollback. */
  readonly summary: pulumi.Output<MigrationResult> | undefined;

  constructor(name: string, args: StateMigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trident-etcd:index:StateMigration", name, args, opts);

    const { rollback = false, ...migration } = args;
    const settings = { ...migration, timeoutSeconds: args.timeoutSeconds ?? 300 };
    const guard = createGuard(this, name, settings, rollback);

    this.summary = rollback
      ? undefined
      : summarize(new MigrationRun(`${name}-run`, settings, { parent: this, dependsOn: [guard] }));
    this.registerOutputs(this.summary === undefined ? {} : { summary: this.summary });
  }
}

/** Made before the migration begins and after the etcd that it goes to: it outlives neither. */
function createGuard(parent: StateMigration, name: string, args: MigrationRunArgs, rollback: boolean): MigrationGuard {
  const { namespace, legacyDeployment, legacyEtcdContainer, record, timeoutSeconds } = args;
  return new MigrationGuard(
    `${name}-guard`,
    {
      ...clusterChoice(args),
      namespace,
      legacyDeployment,
      legacyEtcdContainer,
      destination: args.destination,
      record,
      prefix: args.prefix,
      timeoutSeconds,
      ...(args.helperPod === undefined ? {} : { helperPod: args.helperPod }),
      ...(args.discardedKeys === undefined ? {} : { discardedKeys: args.discardedKeys }),
      ...(rollback ? { rollback, snapshotDirectory: args.snapshotDirectory ?? "" } : {}),
    },
    { parent },
  );
}

function summarize(run: MigrationRun): pulumi.Output<MigrationResult> {
  return pulumi.output({
    keys: run.keys,
    bytes: run.bytes,
    sha256: run.sha256,
    sourceClusterId: run.sourceClusterId,
    sourceRevision: run.sourceRevision,
    destinationClusterId: run.destinationClusterId,
    destinationRevision: run.destinationRevision,
    firstPassKeys: run.firstPassKeys,
    changedKeys: run.changedKeys,
    snapshot: run.snapshot,
    startedAt: run.startedAt,
    cutOverAt: run.cutOverAt,
    outageSeconds: run.outageSeconds,
    finishedAt: run.finishedAt,
  });
}
