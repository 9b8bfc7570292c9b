import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describePlan, type PlanDetail } from "@trident-etcd/migration/plan/describe/describe-plan.ts";
import type { MigrationPlan } from "@trident-etcd/migration/plan/migration-plan.ts";
import { refuseBlocked } from "@trident-etcd/migration/plan/plan-blocked-error.ts";
import { inSettings } from "@trident-etcd/migration/wording/in-settings.ts";

import type { Settings } from "./settings/settings.ts";

/**
 * Prints the plan, and answers it. All of it goes into the file that the user wants one in, in previews, too; one that can't be
 * written is no reason to stop.
 *
 * Raises PlanBlockedError, which shows the plan by itself.
 */
export async function showPlan(
  plan: MigrationPlan,
  { planDetail, planFile }: Pick<Settings, "planDetail" | "planFile">,
): Promise<MigrationPlan> {
  if (planFile !== "") await writePlan(planFile, plan);
  refuseBlocked(plan, planDetail);
  await pulumi.log.info(planText(plan, planDetail));
  return plan;
}

/** The plan in terms of the settings, and in short with those that show more of it. */
export function planText(plan: MigrationPlan, detail: PlanDetail): string {
  const text = inSettings(describePlan(plan, detail));
  const isShortened = detail === "short" && plan.blockers.length === 0 && plan.steps.length > 0;
  return isShortened ? `${text}\nMore: setting planDetail \`full\`; in a file: setting planFile.` : text;
}

async function writePlan(file: string, plan: MigrationPlan): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${planText(plan, "full")}\n`);
  } catch (error) {
    await pulumi.log.warn(`The plan (setting planFile) can't be written to ${file}: ${(error as Error).message}`);
  }
}
