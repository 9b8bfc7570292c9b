import type * as pulumi from "@pulumi/pulumi";
import type { FinalSnapshotAdvice } from "@trident-etcd/migration/destroy/final-snapshot-errors.ts";

import { DestroyStep, type DestroyStepArgs } from "./destroy-step.ts";

export interface FinalSnapshotArgs extends DestroyStepArgs {
  readonly namespace: pulumi.Input<string>;
  /** The EtcdCluster's name, as an output of it: the snapshot is to be taken before it is deleted. */
  readonly etcdCluster: pulumi.Input<string>;
  /** The Secret with the client certificate for it. Its contents never come into this resource. */
  readonly clientSecret: pulumi.Input<string>;
  /** The folder on this machine for the snapshot, which holds the application's secrets; none is saved for "". */
  readonly snapshotDirectory: pulumi.Input<string>;
  /** The ConfigMap whose `etcdClusterId` names the etcd that it is to be; absent where nothing is recorded. */
  readonly record?: pulumi.Input<string>;
  /**
   * The commands by which users of your program do what an error tells them to.
   * @default the errors name the arguments
   */
  readonly advice?: FinalSnapshotAdvice;
}

/**
 * Saves a snapshot of an etcd cluster when the stack is destroyed, before its EtcdCluster is. What writes to it is to depend on
 * this, so that it is gone by then. A snapshot that can't be written ends the destroy with an error, and the etcd stands.
 */
export class FinalSnapshot extends DestroyStep {
  constructor(name: string, args: FinalSnapshotArgs, opts?: pulumi.CustomResourceOptions) {
    super("FinalSnapshot", name, { ...args, step: "finalSnapshot" }, opts);
  }
}

/**
 * Tries, before anything is deleted, whether that snapshot can be saved: whether the members let themselves be asked and the folder
 * can be written to. It is to depend on what uses the etcd, so that a destroy that would have to stop there does not begin.
 */
export class FinalSnapshotTrial extends DestroyStep {
  constructor(name: string, args: FinalSnapshotArgs, opts?: pulumi.CustomResourceOptions) {
    super("FinalSnapshotTrial", name, { ...args, step: "finalSnapshotTrial" }, opts);
  }
}
