import { isEtcdCluster } from "../../../connect/describe-address.ts";
import type { AskedMember } from "../../../members/asked-member.ts";
import type { MigrationRecord } from "../../../record/migration-record.ts";
import { judgeMembersNow } from "../../../members/wait-for-members.ts";
import { isServing, type Flow } from "../../migration-plan.ts";
import type { PlanRequest } from "../../plan-request.ts";

export interface ServingFacts {
  readonly flow: Flow;
  readonly members: readonly AskedMember[] | undefined;
  /** Of the etcd that was asked; undefined when none answered, as are the keys under the prefix. */
  readonly clusterId: string | undefined;
  readonly keys: number | undefined;
  readonly record: MigrationRecord | undefined;
  readonly tridentTrouble: string | undefined;
}

/** Whether a run would find nothing to wait for and nothing to record. Pure. */
export function allServes(
  { destination, etcdClusterSize }: Pick<PlanRequest, "destination" | "etcdClusterSize">,
  { flow, members = [], clusterId, keys, record, tridentTrouble }: ServingFacts,
): boolean {
  if (!isServing(flow) || tridentTrouble !== undefined || clusterId === undefined) {
    return false;
  }
  if (isEtcdCluster(destination)) {
    const now = judgeMembersNow(members, etcdClusterSize);
    if (!now.done || now.value !== clusterId) return false;
  }
  return record?.etcdClusterId === clusterId && (record.etcdHeldKeys === "true" || keys === 0);
}

/** An `up` that changes nothing else waits for it all the same. */
export function tridentDoesNotServe(trouble: string): string {
  return (
    `Trident does not serve now: ${trouble.replace(/\.+$/, "")}. \`pulumi up\` puts right what the stack holds of it, waits until it ` +
    `serves, and fails if it does not.`
  );
}
