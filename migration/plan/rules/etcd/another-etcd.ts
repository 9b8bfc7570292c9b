import type { V1Deployment } from "@kubernetes/client-node";
import { describeAddress, isClientUrlOf } from "../../../connect/etcd-address.ts";
import { anotherEtcd } from "../../../blockers/existing-etcd-blockers.ts";
import { etcdUrlOf } from "../../../trident/new/etcd-url.ts";
import type { RecordedEtcd } from "../../../record/recorded-etcd.ts";
import { hasTrident, type Flow } from "../../migration-plan.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { atRisk, blockedBy, nothingFound, type Findings } from "../findings.ts";

export interface AnotherEtcdFacts {
  readonly flow: Flow;
  /** The Deployment of this program's Trident. */
  readonly newTrident: V1Deployment | undefined;
  /** The etcd that Trident's state is recorded in. */
  readonly recorded: RecordedEtcd | undefined;
  /** Of the etcd that is named; undefined when it could not be asked, as are its keys under the prefix. */
  readonly clusterId: string | undefined;
  readonly keys: number | undefined;
}

/**
 * A Trident that is pointed at another etcd goes on with another state, or begins anew as if there never had been any volume. What
 * is recorded and what answers are compared by `checkRecordedEtcd`; this is for what can't be compared.
 */
export function checkAnotherEtcd(request: PlanRequest, facts: AnotherEtcdFacts): Findings {
  const { flow, recorded, clusterId, keys } = facts;
  const runsOn = etcdUrlOf(facts.newTrident?.spec?.template.spec);
  if (!hasTrident(flow) || runsOn === undefined || isClientUrlOf(request.destination, runsOn)) return nothingFound;
  if (recorded !== undefined && (clusterId !== undefined || request.abandonedEtcd === recorded.clusterId)) {
    // The same etcd by another name is no other one.
    return recorded.heldKeys || recorded.clusterId === clusterId ? nothingFound : moved(request, runsOn);
  }
  const next = describeAddress(request.destination);
  return blockedBy(anotherEtcd(request.legacyDeployment, runsOn, next, keys ?? 0));
}

function moved(request: PlanRequest, runsOn: string): Findings {
  const next = describeAddress(request.destination);
  return atRisk("state", `Trident is moved from the etcd at ${runsOn}, which has held no key, to ${next}.`);
}

/** Whether Trident has its state already in the etcd that is named. */
export function isInUse(request: PlanRequest, flow: Flow, newTrident: V1Deployment | undefined): boolean {
  const runsOn = etcdUrlOf(newTrident?.spec?.template.spec);
  return hasTrident(flow) && runsOn !== undefined && isClientUrlOf(request.destination, runsOn);
}

/** The etcd that Trident's Deployment names, if it is another one than the one that is named now. */
export function runsElsewhere(
  { destination }: Pick<PlanRequest, "destination">,
  newTrident: V1Deployment | undefined,
): string | undefined {
  const runsOn = etcdUrlOf(newTrident?.spec?.template.spec);
  return runsOn === undefined || isClientUrlOf(destination, runsOn) ? undefined : runsOn;
}
