import { describePlan } from "./describe-plan.ts";
import type { MigrationPlan } from "./migration-plan.ts";

/** The plan can't be carried out: its message is the whole plan, with every blocker and what to do about it. */
export class PlanBlockedError extends Error {
  override readonly name = "PlanBlockedError";
  readonly plan: MigrationPlan;

  constructor(plan: MigrationPlan) {
    super(describePlan(plan));
    this.plan = plan;
  }
}

/** Answers the plan itself, unless there are blockers. */
export function refuseBlocked(plan: MigrationPlan): MigrationPlan {
  if (plan.blockers.length > 0) throw new PlanBlockedError(plan);
  return plan;
}
