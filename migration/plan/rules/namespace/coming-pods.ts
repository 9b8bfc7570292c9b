import { isServing } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { PodRole } from "../../read/namespace/planned-pods.ts";

/** How many more of each kind of pod there are than now, at one moment of a run; negative for those that are gone by then. */
export type Moment = Partial<Readonly<Record<PodRole, number>>>;

type Facts = Pick<PlanFacts, "flow" | "objects" | "etcdCluster" | "members" | "newTrident">;

/**
 * What comes, moment by moment. That the old etcd's image can be had is tried while the old Trident serves; that is gone before the pod
 * on its claim is made, which stays until the new Trident serves, or in a rollback until just before the old one starts.
 */
export function comingPods(request: Pick<PlanRequest, "etcdClusterSize" | "destination">, facts: Facts): Moment[] {
  const { flow, legacy, putBack } = facts.flow;
  const gateway = request.destination.kind === "existing" && !isServing(flow) ? 1 : 0;
  const etcd: Moment = { ...ownEtcd(request, facts), gateway };
  switch (flow) {
    case "rolledBack":
      return [];
    case "rollback": {
      const trident = -(facts.newTrident?.status?.replicas ?? 0);
      return [
        { gateway, trident, source: 1 },
        { gateway, trident, ...(putBack === undefined ? {} : { oldTrident: 1 }) },
      ];
    }
    case "migrate":
    case "resume": {
      const oldTrident = legacy === undefined ? 0 : -legacy.replicas;
      const trident = missingOf(facts, "Deployment/trident-external-etcd");
      return [
        ...(legacy?.isUninstalled === true ? [] : [{ ...etcd, imageCheck: 1 }]),
        { ...etcd, pull: 1 },
        { ...etcd, oldTrident, source: 1, trident },
      ];
    }
    case "move":
      return [{ ...etcd, pull: 1 }];
    case "installEtcd":
    case "etcdInstalled":
      return [etcd];
    case "install":
    case "installed":
    case "migrated":
      return [{ ...etcd, trident: Math.max(0, 1 - (facts.newTrident?.status?.replicas ?? 0)) }];
  }
}

function ownEtcd({ etcdClusterSize, destination }: Parameters<typeof comingPods>[0], facts: Facts): Moment {
  if (destination.kind !== "managed") return {};
  const { etcdCluster, members } = facts;
  const standing = members?.filter(({ kind }) => kind !== "leaving").length;
  const unknown = etcdCluster === undefined ? 0 : etcdClusterSize;
  return {
    operator: missingOf(facts, "Deployment/etcd-operator"),
    member: Math.max(0, etcdClusterSize - (standing ?? unknown)),
  };
}

/** Of the one pod that a Deployment is to have. */
function missingOf({ objects }: Pick<PlanFacts, "objects">, object: string): number {
  const found = objects.find((each) => each.object === object);
  const status = found?.served?.status as { replicas?: number } | undefined;
  // A Deployment that may not be read may have its pod.
  return found?.isHidden === true ? 0 : Math.max(0, 1 - (status?.replicas ?? 0));
}
