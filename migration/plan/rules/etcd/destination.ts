import { describeFailure } from "../../../wording/describe-failure.ts";
import { withoutFullStop } from "../../../kubernetes/errors.ts";
import type { ServedObject } from "../../read/cluster-reader.ts";
import type { AskedMember } from "../../../members/asked-member.ts";
import type { EtcdAddress } from "../../../connect/etcd-address.ts";
import { isEtcdCluster } from "../../../connect/describe-address.ts";
import { countMembers } from "./members.ts";
import type { DestinationPlan, Flow } from "../../migration-plan.ts";
import type { DestinationSurvey } from "../../read/state/survey-state.ts";

/** The new etcd, as far as it is there. */
export interface DestinationFacts {
  /** The EtcdCluster. */
  readonly served: ServedObject | undefined;
  /** Its members, as they were asked; undefined when their pods could not be listed. */
  readonly members?: readonly AskedMember[] | undefined;
  /** What its etcd says of itself. */
  readonly status?: { readonly clusterId: string; readonly version: string } | undefined;
  /** All keys under the prefix, when they were counted without a source to compare them with. */
  readonly keys?: number | undefined;
  /** Why it could not be asked. */
  readonly failure?: unknown;
  /** For an existing etcd. */
  readonly reached?: "directly" | "through a pod" | undefined;
}

interface EtcdClusterStatus {
  readonly currentVersion?: string;
}

export function planDestination(
  request: { readonly destination: EtcdAddress; readonly etcdClusterSize: number },
  facts: DestinationFacts,
  survey: DestinationSurvey | undefined,
): DestinationPlan {
  const { destination } = request;
  const cluster = facts.served?.status as EtcdClusterStatus | undefined;
  const version = facts.status?.version ?? cluster?.currentVersion;
  const keys = survey?.keys ?? facts.keys;
  const counts = countMembers({ served: facts.served, members: facts.members });
  return {
    ...(isEtcdCluster(destination)
      ? {
          kind: "managed",
          name: destination.etcdCluster,
          exists: facts.served !== undefined || facts.status !== undefined,
          size: request.etcdClusterSize,
          ...(counts === undefined ? {} : { members: counts.all, answering: counts.answering }),
        }
      : {
          kind: "existing",
          endpoints: destination.endpoints,
          exists: true,
          ...(facts.reached === undefined ? {} : { reached: facts.reached }),
        }),
    ...(version === undefined ? {} : { version }),
    ...(facts.status === undefined ? {} : { clusterId: facts.status.clusterId }),
    ...(keys === undefined ? {} : { keys }),
    ...(survey === undefined ? {} : { equalKeys: survey.equal, foreignKeys: survey.foreign.count }),
  };
}

/** One that is there and can't be asked is what `up` may put right: no blocker. */
export function judgeDestination({ served, status, failure }: DestinationFacts, flow: Flow, size: number): string[] {
  const unasked =
    served === undefined || status !== undefined
      ? []
      : [`The new etcd stands but can't be asked now, so what it holds is not known: ${reasonOf(failure)}.`];
  if (flow === "rollback") return [];
  if (flow === "migrated" || flow === "installed" || flow === "rolledBack") return unasked;
  const single =
    size > 1
      ? "The members keep their data in their pods (emptyDir): only a snapshot survives the loss of most."
      : "A single etcd member has nobody to replace its data from: when its pod goes, so does the state.";
  // One that stands was told of when it was made.
  return [...unasked, ...(served === undefined ? [single] : [])];
}

function reasonOf(failure: unknown): string {
  return failure === undefined ? "none of its members is ready" : withoutFullStop(describeFailure(failure));
}
