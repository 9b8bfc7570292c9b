import { counted } from "../../../wording/counted.ts";
import { majorityOf, membersOf } from "../../../connect/cluster-members.ts";
import type { EtcdClusterAddress } from "../../../connect/etcd-address.ts";
import { describeMembers, leftBehindMembers, type AskedMember } from "../../../members/asked-member.ts";
import { countMembers, etcdClusterSizeOf, hasMajority, statusOf, type MemberCounts } from "../../../members/quorum.ts";
import { withoutFullStop } from "../../../kubernetes/errors.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import type { RecordedEtcd } from "../../../record/recorded-etcd.ts";
import type { ServedObject } from "../../read/cluster-reader.ts";
import { isServing, type Flow } from "../../migration-plan.ts";
import { waysToRestore, type RestorableFrom } from "../restore/ways-to-restore.ts";
import { waysToGiveUp } from "./recorded-etcd.ts";
import { atRisk, blockedBy, nothingFound, type Findings } from "../findings.ts";

/** The members of the stack's own etcd, as they were asked for this plan. */
export interface MembersFacts {
  readonly flow: Flow;
  readonly address: EtcdClusterAddress;
  /** The EtcdCluster; undefined when there is none. */
  readonly served: ServedObject | undefined;
  /** Undefined when their pods could not be listed. */
  readonly members: readonly AskedMember[] | undefined;
  readonly recorded: RecordedEtcd | undefined;
  /** Whether the EtcdCluster is deleted and made anew for a restore. */
  readonly isRemade?: boolean;
  readonly restorable?: RestorableFrom;
}

/**
 * A majority that is lost does not come back by itself, and an `up` would change nothing about it. One that is still being made
 * for the first time is waited for.
 */
export function checkMembers(facts: MembersFacts): Findings {
  const { flow, served, members = [], recorded } = facts;
  const counts = countMembers(facts);
  if (served === undefined || served.metadata?.deletionTimestamp !== undefined) return nothingFound;
  if (isGivenUp(facts, served, counts)) return blockedBy(givenUp(facts, served));
  if (counts === undefined) return nothingFound;
  const withoutSecret = members.find((each) => each.kind === "silent" && each.lacksSecret === true);
  // Whoever lacks it sees no member, however well they are; an `up` makes it again.
  if (withoutSecret?.kind === "silent") return atRisk("state", notAsked(withoutSecret.reason));
  if (hasMajority(counts)) {
    return counts.serving === counts.all ? nothingFound : atRisk("state", minorityMissing(facts, counts));
  }
  const wasReady = recorded !== undefined || (statusOf(served).members?.ready ?? []).length > 0;
  const mayCome = members.some(({ kind }) => kind === "starting");
  if (!wasReady || (recorded === undefined && mayCome)) return nothingFound;
  const lost = quorumLost(facts, counts);
  if (flow === "rollback" || facts.isRemade === true) return nothingFound;
  return flow === "rolledBack" ? atRisk("state", lost.message) : blockedBy(lost);
}

/** What Trident was never started on, and the etcd-operator never tries again. */
function isGivenUp({ flow, recorded }: MembersFacts, served: ServedObject, counts: MemberCounts | undefined): boolean {
  if (flow === "rollback" || flow === "rolledBack" || recorded !== undefined) return false;
  return statusOf(served).phase === "Failed" && (counts?.serving ?? 0) < (etcdClusterSizeOf(served) ?? 1);
}

function givenUp({ address: { namespace, etcdCluster } }: MembersFacts, served: ServedObject): Blocker {
  const { reason = "it gives no reason" } = statusOf(served);
  return {
    kind: "etcdClusterFailed",
    object: `EtcdCluster/${etcdCluster}`,
    message:
      `The etcd-operator has given up EtcdCluster ${etcdCluster} while it was first made (${withoutFullStop(reason)}), and never tries ` +
      `again. No Trident was started on it.`,
    remedy: [
      "Put that right, and have it made anew:",
      `  kubectl --namespace ${namespace} delete etcdcluster ${etcdCluster}`,
      "  pulumi up --refresh",
    ].join("\n"),
  };
}

function notAsked(reason: string): string {
  return `The members can't be asked how they are: ${reason}. This run makes that Secret again, and asks them then.`;
}

function minorityMissing(
  { flow, address, served, members = [] }: MembersFacts,
  { all, serving }: MemberCounts,
): string {
  const leftBehind = leftBehindMembers(members, etcdClusterSizeOf(served) ?? 0);
  if (leftBehind.length > 0) {
    return (
      `${leftBehind.map(({ name }) => name).join(", ")}: no pod any more, and still on the list that the members of EtcdCluster ` +
      `${address.etcdCluster} keep. The etcd-operator forgets to take the first member that it made off that list. ` +
      `${isServing(flow) ? "Until this run has done so, the" : "The"} etcd bears the loss of ${counted(serving - majorityOf(all), "member")}.`
    );
  }
  return (
    `${serving} of ${all} members of EtcdCluster ${address.etcdCluster} serve (${describeMembers(missingOf(members))}). ` +
    `The etcd-operator replaces a member that is lost; until then the etcd bears the loss of ${serving - majorityOf(all)} more.`
  );
}

function quorumLost(
  { address, served, members = [], recorded, restorable = {} }: MembersFacts,
  { all, serving }: MemberCounts,
): Blocker {
  const { namespace, etcdCluster } = address;
  const alive = members.find(({ kind }) => kind === "answers");
  const id = recorded === undefined ? "" : ` (cluster id ${recorded.clusterId})`;
  const fate =
    alive === undefined
      ? "what they held is lost with the pods that are gone"
      : "what the others held is lost with the pods that are gone";
  return {
    kind: "quorumLost",
    object: `EtcdCluster/${etcdCluster}`,
    message:
      `Trident's etcd${id} has lost its quorum: ${serving} of its ${all} members serve, and ${majorityOf(all)} are needed ` +
      `(${describeMembers(members)}). ${dataOf(served, fate)} The etcd-operator does not bring ` +
      `a lost majority back, and its EtcdCluster says nothing of it.`,
    remedy: [
      `If pods are only starting, wait and run this again: \`kubectl --namespace ${namespace} get pods --selector ` +
        `${membersOf(etcdCluster)}\`.`,
      ...(recorded === undefined ? [] : waysToRestore(recorded, { ...restorable, member: alive?.pod }, "pulumi up")),
      ...(alive === undefined ? [] : [saveSnapshot(namespace, alive.pod)]),
      ...waysToGiveUp(recorded, `kubectl --namespace ${namespace} delete etcdcluster ${etcdCluster}`),
    ].join("\n"),
  };
}

/** Whether anything of it is left without their pods. */
function dataOf(served: ServedObject | undefined, fate: string): string {
  const { pod } = (served?.spec ?? {}) as { readonly pod?: { readonly persistentVolumeClaimSpec?: object } };
  return pod?.persistentVolumeClaimSpec === undefined
    ? `Members keep their data in their pods (emptyDir): ${fate}.`
    : "Members made since claims were asked for keep their data on claims of their own, which outlive their pods and bear their names; no member is ever " +
        "started on one again by itself. Delete none of them, nor the EtcdCluster, with which they go, before what they hold is restored.";
}

const certificates = "/etc/etcdtls/operator/etcd-tls/etcd-client";

/** Without a quorum nobody reads or writes, but a member gives away what it has. */
function saveSnapshot(namespace: string, pod: string): string {
  const files = `--cacert=${certificates}-ca.crt --cert=${certificates}.crt --key=${certificates}.key`;
  const inPod = `kubectl --namespace ${namespace} exec ${pod} --container etcd --`;
  return (
    `Save what ${pod} has first; it holds passwords: \`${inPod} /bin/sh -c "ETCDCTL_API=3 etcdctl ` +
    `--endpoints=https://localhost:2379 ${files} snapshot save /tmp/last.db >&2 && cat /tmp/last.db" > last.db\`.`
  );
}

/** Those that are not well, or all where each of them is. */
function missingOf(members: readonly AskedMember[]): readonly AskedMember[] {
  const missing = members.filter((each) => each.kind !== "answers" || !each.view.hasLeader);
  return missing.length === 0 ? members : missing;
}
