import type * as pulumi from "@pulumi/pulumi";

import { DestroyStep, type DestroyStepArgs } from "./destroy-step.ts";

export interface MembersGoneArgs extends DestroyStepArgs {
  readonly namespace: pulumi.Input<string>;
  /** The EtcdCluster's name; its EtcdCluster is to depend on this. */
  readonly etcdCluster: string;
  /** How long its members' pods are waited for, in seconds. */
  readonly timeoutSeconds: number;
}

/** Waits in a destroy until a deleted EtcdCluster's pods are gone; what they use is to be removed after that. */
export class MembersGone extends DestroyStep {
  constructor(name: string, args: MembersGoneArgs, opts?: pulumi.CustomResourceOptions) {
    super("MembersGone", name, { ...args, step: "membersGone" }, opts);
  }
}
