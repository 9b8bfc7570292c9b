import type { EtcdAddress } from "../../../connect/etcd-address.ts";
import { servingMembers } from "../../../members/asked-member.ts";
import { recordedEtcd } from "../../../record/recorded-etcd.ts";
import type { DestinationPlan } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { Findings } from "../findings.ts";
import { checkAnotherEtcd, runsElsewhere } from "./another-etcd.ts";
import type { EtcdRules } from "./etcd-rules.ts";
import { existingEtcdRules } from "./existing-etcd.ts";
import { ownEtcdRules } from "./own-etcd.ts";
import { isLossRestored, restorableFrom } from "../restore/restore.ts";
import type { RecordedEtcdFacts } from "./recorded-etcd.ts";

/** The one place where a plan asks whose the etcd is. */
export function etcdRules(destination: EtcdAddress): EtcdRules {
  switch (destination.kind) {
    case "managed":
      return ownEtcdRules(destination);
    case "existing":
      return existingEtcdRules(destination);
  }
}

/** The new etcd, as far as it is there. */
export function planDestination(
  request: Pick<PlanRequest, "destination" | "etcdClusterSize">,
  facts: Pick<PlanFacts, "etcdCluster" | "members" | "state">,
): DestinationPlan {
  const { etcdCluster, state } = facts;
  const cluster = etcdCluster?.status as { readonly currentVersion?: string } | undefined;
  const status = state.destination?.status;
  const summary = state.source?.summary.destination;
  const version = status?.version ?? cluster?.currentVersion;
  const keys = summary?.keys ?? state.destinationKeys;
  return {
    ...etcdRules(request.destination).plan(request, facts),
    ...(version === undefined ? {} : { version }),
    ...(status === undefined ? {} : { clusterId: status.clusterId, revision: status.revision.toString() }),
    ...(keys === undefined ? {} : { keys }),
    ...(summary === undefined ? {} : { equalKeys: summary.equal, foreignKeys: summary.foreign.count }),
  };
}

/** What keeps it from being Trident's etcd: that it is another one than Trident's, or is not well. */
export function checkDestination(request: PlanRequest, facts: PlanFacts): Findings {
  const recorded = recordedEtcdFacts(request, facts);
  const another = checkAnotherEtcd(request, { ...recorded, newTrident: facts.newTrident });
  return etcdRules(request.destination).check(request, facts, another);
}

export function recordedEtcdFacts(request: PlanRequest, facts: PlanFacts): RecordedEtcdFacts {
  const { destination, prefix, abandonedEtcd } = request;
  const { flow, etcdCluster, record, state } = facts;
  const { isThereBefore, whenLost } = etcdRules(destination);
  const isGone = etcdCluster === undefined || etcdCluster.metadata?.deletionTimestamp !== undefined;
  return {
    ...{ destination, prefix, abandonedEtcd, flow: flow.flow, isCopied: flow.isCopied === true },
    recorded: recordedEtcd(record),
    exists: isThereBefore || !isGone,
    whenLost,
    clusterId: clusterIdThere(facts),
    keys: state.destinationKeys,
    runsOn: runsElsewhere(request, facts.newTrident),
    isRestored: isLossRestored(request, facts),
    restorable: isThereBefore ? undefined : restorableFrom(request, facts),
  };
}

/** Of a member that serves, or else of whoever answers. */
function clusterIdThere({ members = [], state }: PlanFacts): string | undefined {
  const serving = servingMembers(members)[0]?.view.clusterId;
  const answering = members.flatMap((each) => (each.kind === "answers" ? [each.view.clusterId] : []))[0];
  return state.destination?.status.clusterId ?? serving ?? answering;
}
