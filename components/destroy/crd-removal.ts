import type * as pulumi from "@pulumi/pulumi";

import { DestroyStep, type DestroyStepArgs } from "./destroy-step.ts";

export interface CrdRemovalArgs extends DestroyStepArgs {
  /** How long EtcdClusters that are being deleted are waited for, in seconds. */
  readonly timeoutSeconds: number;
}

/**
 * Removes the CRD of EtcdCluster when the stack is destroyed, if EtcdOperator made it and no EtcdCluster is left in any
 * namespace. EtcdOperator itself never does, and is to depend on this.
 */
export class CrdRemoval extends DestroyStep {
  constructor(name: string, args: CrdRemovalArgs, opts?: pulumi.CustomResourceOptions) {
    // The type and the step are as stacks' state has them.
    super("DefinitionRemoval", name, { ...args, step: "definitionRemoval" }, opts);
  }
}
