import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { objectLabels } from "../labels.ts";

export interface StackRecordArgs {
  readonly namespace: pulumi.Input<string>;
  /** The ConfigMap's name. */
  readonly record: pulumi.Input<string>;
}

/**
 * The ConfigMap in which runs record what they did, so that one that was killed can be taken up, and what was migrated be rolled back.
 * It is there as long as the stack, whatever its settings; to Pulumi its data is none of its own.
 */
export class StackRecord extends pulumi.ComponentResource {
  /** Resolves once it exists. */
  readonly recordName: pulumi.Output<string>;

  constructor(name: string, args: StackRecordArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trident-etcd:index:StackRecord", name, args, opts);

    const record = new kubernetes.core.v1.ConfigMap(
      `${name}-config-map`,
      { metadata: { name: args.record, namespace: args.namespace, labels: objectLabels("etcd", "migration") } },
      { parent: this, ignoreChanges: ["data"], aliases: [placeWithinMigration()] },
    );

    this.recordName = record.metadata.name;
    this.registerOutputs({ recordName: this.recordName });
  }
}

/** Where older versions had it, and only with a migration: it would otherwise be deleted and made anew, empty. */
function placeWithinMigration(): pulumi.Alias {
  return {
    name: "state-migration-record",
    parent: pulumi.createUrn("state-migration", "trident-etcd:index:StateMigration"),
  };
}
