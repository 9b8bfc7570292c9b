import type { EtcdClusterAddress } from "../../../connect/etcd-address.ts";
import { withoutFullStop } from "../../../kubernetes/errors.ts";
import { recordedEtcd } from "../../../record/recorded-etcd.ts";
import { describeFailure } from "../../../wording/describe-failure.ts";
import type { Flow } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { atRisk, nothingFound, together, type Findings } from "../findings.ts";
import { checkAuthorities } from "./authorities.ts";
import { secretsIn } from "./certificates.ts";
import { checkMembers } from "./members.ts";

/** What keeps the stack's own etcd from being Trident's, and how long it may last. */
export function checkOwnEtcd(request: PlanRequest, address: EtcdClusterAddress, facts: PlanFacts): Findings {
  const { flow } = facts.flow;
  const members = checkMembers({
    ...{ flow, address, served: facts.etcdCluster, members: facts.members, recorded: recordedEtcd(facts.record) },
  });
  return together(
    members,
    checkAuthorities({
      ...address,
      brought: request.broughtCertificates,
      generated: request.generatedCertificates,
      secrets: secretsIn(facts.objects),
      hasMembers: facts.etcdCluster !== undefined,
    }),
    members.blockers.length > 0 ? nothingFound : checkReach(facts, flow, request.etcdClusterSize),
    checkClusterDns(facts.silentDns, address.etcdCluster),
  );
}

/** One that is there and can't be asked is what `up` may put right: no blocker. */
export function checkReach(
  { etcdCluster, state }: Pick<PlanFacts, "etcdCluster" | "state">,
  flow: Flow,
  size: number,
): Findings {
  const unasked =
    etcdCluster === undefined || state.destination !== undefined
      ? nothingFound
      : atRisk(
          "state",
          `The new etcd stands but can't be asked now, so what it holds is not known: ${reasonOf(state.destinationFailure)}.`,
        );
  if (flow === "rollback") return nothingFound;
  if (flow === "migrated" || flow === "installed" || flow === "rolledBack") return unasked;
  const single =
    size > 1
      ? "The members keep their data in their pods (emptyDir): only a snapshot survives the loss of most."
      : "A single etcd member has nobody to replace its data from: when its pod goes, so does the state.";
  // One that stands was told of when it was made.
  return etcdCluster === undefined ? atRisk("state", single) : unasked;
}

function reasonOf(failure: unknown): string {
  return failure === undefined ? "none of its members is ready" : withoutFullStop(describeFailure(failure));
}

export function checkClusterDns(silent: string | undefined, clusterName: string): Findings {
  if (silent === undefined) return nothingFound;
  const need = `the etcd members wait for their own DNS names (*.${clusterName}.NAMESPACE.svc) before they start`;
  return atRisk("service", `The DNS Service ${silent} has no ready endpoint; ${need}.`);
}
