import { describePlan, type PlanDetail } from "./describe/describe-plan.ts";
import type { MigrationPlan } from "./migration-plan.ts";

/** The plan can't be carried out: its message has every blocker and what to do about it. */
export class PlanBlockedError extends Error {
  override readonly name = "PlanBlockedError";
  readonly plan: MigrationPlan;

  constructor(plan: MigrationPlan, detail: PlanDetail = "short") {
    super(describePlan(plan, detail));
    this.plan = plan;
  }
}

/** Answers the plan itself, unless there are blockers. Raises PlanBlockedError, whose message shows it in the given detail. */
export function refuseBlocked(plan: MigrationPlan, detail?: PlanDetail): MigrationPlan {
  if (plan.blockers.length > 0) throw new PlanBlockedError(plan, detail);
  return plan;
}
