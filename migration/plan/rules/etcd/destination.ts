import { isOwnEtcd } from "../../../connect/etcd-address.ts";
import type { DestinationPlan } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { together, type Findings } from "../findings.ts";
import { checkAnotherEtcd, isInUse } from "./another-etcd.ts";
import { checkExisting } from "./existing-etcd.ts";
import { countMembers } from "./members.ts";
import { checkOwnEtcd } from "./own-etcd.ts";
import { recordedEtcdFacts } from "./recorded-etcd.ts";

/** The new etcd, as far as it is there. */
export function planDestination(
  { destination, etcdClusterSize }: Pick<PlanRequest, "destination" | "etcdClusterSize">,
  { etcdCluster, members, state }: Pick<PlanFacts, "etcdCluster" | "members" | "state">,
): DestinationPlan {
  const cluster = etcdCluster?.status as { readonly currentVersion?: string } | undefined;
  const status = state.destination?.status;
  const summary = state.source?.summary.destination;
  const version = status?.version ?? cluster?.currentVersion;
  const keys = summary?.keys ?? state.destinationKeys;
  const counts = countMembers({ served: etcdCluster, members });
  return {
    ...(isOwnEtcd(destination)
      ? {
          kind: "managed",
          name: destination.etcdCluster,
          exists: etcdCluster !== undefined || status !== undefined,
          size: etcdClusterSize,
          ...(counts === undefined ? {} : { members: counts.all, answering: counts.answering }),
        }
      : {
          kind: "existing",
          endpoints: destination.endpoints,
          exists: true,
          ...(state.destinationReached === undefined ? {} : { reached: state.destinationReached }),
        }),
    ...(version === undefined ? {} : { version }),
    ...(status === undefined ? {} : { clusterId: status.clusterId }),
    ...(keys === undefined ? {} : { keys }),
    ...(summary === undefined ? {} : { equalKeys: summary.equal, foreignKeys: summary.foreign.count }),
  };
}

/** What keeps it from being Trident's etcd: that it is another one than Trident's, or is not well. */
export function checkDestination(request: PlanRequest, facts: PlanFacts): Findings {
  const { destination } = request;
  const recorded = recordedEtcdFacts(request, facts);
  const another = checkAnotherEtcd(request, { ...recorded, newTrident: facts.newTrident });
  if (isOwnEtcd(destination)) return together(another, checkOwnEtcd(request, destination, facts));
  const { flow, keys, prefix } = recorded;
  const { destinationProblems: problems = [], destinationFailure: failure } = facts.state;
  const existing = checkExisting({
    ...{ flow, address: destination, problems, failure, keys, prefix },
    adoptState: request.existing?.adoptState === true,
    isInUse: isInUse(request, flow, facts.newTrident),
  });
  // One that could not be asked is told of by itself.
  const hidden = problems.length > 0 || failure !== undefined;
  return together(existing, hidden ? { ...another, blockers: [] } : another);
}
