import { isServing } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { isRestoreWanted } from "../restore/restore.ts";
import { etcdRules } from "../etcd/destination.ts";
import { membersToReplace } from "../etcd/outdated-members.ts";
import { atRisk, nothingFound, type Findings } from "../findings.ts";

/** Whether a run would find nothing to wait for and nothing to record. */
export function allServes(request: PlanRequest, facts: PlanFacts): boolean {
  const { destination, etcdClusterSize } = request;
  const { flow, members = [], state, record, tridentTrouble, plannedMembers } = facts;
  if (isRestoreWanted(request, facts)) return false;
  const clusterId = state.destination?.status.clusterId;
  if (!isServing(flow.flow) || tridentTrouble !== undefined || clusterId === undefined) return false;
  if (!etcdRules(destination).allServe(members, etcdClusterSize, clusterId)) return false;
  if (membersToReplace({ members, plannedMembers, size: etcdClusterSize }).length > 0) return false;
  return record?.etcdClusterId === clusterId && (record.etcdHeldKeys === "true" || state.destinationKeys === 0);
}

/** An `up` that changes nothing else waits for it all the same. */
export function checkTrident({ tridentTrouble }: Pick<PlanFacts, "tridentTrouble">): Findings {
  if (tridentTrouble === undefined) return nothingFound;
  return atRisk(
    "service",
    `Trident does not serve now: ${tridentTrouble.replace(/\.+$/, "")}. \`pulumi up\` puts right what the stack holds of it, waits until it ` +
      `serves, and fails if it does not.`,
  );
}
