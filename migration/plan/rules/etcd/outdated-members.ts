import { leastToReplace, outdatedMembers, type OutdatedMember } from "../../../members/replace-outdated-members.ts";
import { change } from "../../../wording/change.ts";
import { agreeing, counted } from "../../../wording/counted.ts";
import type { Flow } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import { atRisk, nothingFound, type Findings } from "../findings.ts";

interface MembersThatRun {
  readonly members?: PlanFacts["members"];
  readonly plannedMembers?: PlanFacts["plannedMembers"];
  /** How many there are to be. */
  readonly size: number;
}

/** Those that a run replaces: made otherwise than the EtcdCluster will say, and enough to spare one at a time. */
export function membersToReplace({ size, ...facts }: MembersThatRun): OutdatedMember[] {
  return size < leastToReplace ? [] : outdated(facts);
}

function outdated({ members = [], plannedMembers }: Omit<MembersThatRun, "size">): OutdatedMember[] {
  return plannedMembers === undefined ? [] : outdatedMembers(members, plannedMembers.pod);
}

/** The etcd-operator gives what is changed only to members that it makes. */
export function checkOutdated(flow: Flow, facts: MembersThatRun): Findings {
  const found = outdated(facts);
  if (found.length === 0 || flow === "rollback" || flow === "rolledBack") return nothingFound;
  const reasons = [...new Set(found.flatMap((each) => each.reasons))].join(", ");
  const count = counted(found.length, "member");
  if (facts.size < leastToReplace) {
    return atRisk(
      "service",
      `${count} of the etcd ${agreeing(found.length, "was", "were")} made otherwise than is asked for now (${reasons}), and ` +
        `${agreeing(found.length, "stays", "stay")} so: with fewer than ${leastToReplace} members none is replaced, since what it holds ` +
        `would be lost. \`${change({ etcdClusterSize: "3" })}\` makes members that have it; against a history that nobody ` +
        `forgets, \`npx trident-etcd compact\` now and then.`,
    );
  }
  return atRisk(
    "service",
    `This run replaces ${count} of the etcd, one by one, the leader last: ${agreeing(found.length, "it was", "they were")} made otherwise ` +
      `than is asked for now (${reasons}). The etcd serves meanwhile; while a member is missing it bears the loss of fewer.`,
  );
}
