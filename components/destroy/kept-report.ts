import type * as pulumi from "@pulumi/pulumi";
import type { KeptThing } from "@trident-etcd/migration/destroy/kept-report.ts";

import { DestroyStep, type DestroyStepArgs } from "./destroy-step.ts";

export interface KeptReportArgs extends DestroyStepArgs {
  /** What the stack's destroy leaves; only what is there then is listed. */
  readonly kept: readonly KeptThing[];
}

/** Lists at the end of a destroy what it has kept, with the commands that remove it. All else is to depend on this. */
export class KeptReport extends DestroyStep {
  constructor(name: string, args: KeptReportArgs, opts?: pulumi.CustomResourceOptions) {
    super("KeptReport", name, { ...args, step: "keptReport" }, opts);
  }
}
