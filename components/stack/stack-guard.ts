import type * as pulumi from "@pulumi/pulumi";

import { DestroyStep, type DestroyStepArgs } from "../destroy/destroy-step.ts";

export interface StackGuardArgs extends DestroyStepArgs {
  /** What the cluster is called, for a message. */
  readonly cluster: string;
  readonly namespace: pulumi.Input<string>;
  readonly stackUid: pulumi.Input<string>;
  /** Paths in the API of objects that the stack has made, of which one tells who has them now. */
  readonly objects: readonly string[];
}

/**
 * Looks, before anything is deleted, whether this is the cluster that the stack was made in, and whether what is there is still its
 * own. It is to depend on all else.
 */
export class StackGuard extends DestroyStep {
  constructor(name: string, args: StackGuardArgs, opts?: pulumi.CustomResourceOptions) {
    super("StackGuard", name, { ...args, step: "stackGuard" }, opts);
  }
}
