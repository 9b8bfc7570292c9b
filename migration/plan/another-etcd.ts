import { counted } from "../copy/counted.ts";
import type { V1Deployment } from "@kubernetes/client-node";
import { describeAddress, isEtcdCluster } from "../endpoints/describe-address.ts";
import { AnotherEtcdError } from "../preflight/existing-etcd-errors.ts";
import { isServing, type Flow } from "./migration-plan.ts";
import type { PlanRequest } from "./plan-request.ts";
import type { Findings } from "./versions.ts";

/** The URL of the etcd that a Deployment of this program's Trident is told; undefined when it is told none. */
export function etcdOf(deployment: V1Deployment): string | undefined {
  const words = deployment.spec?.template.spec?.containers.flatMap(({ args = [] }) => args) ?? [];
  const flag = words.findIndex((word) => word === "-etcd_v3");
  return flag < 0 ? undefined : words[flag + 1];
}

export interface AnotherEtcdFacts {
  readonly flow: Flow;
  /** As `etcdOf` says. */
  readonly runsOn: string | undefined;
  /** Under the prefix of the etcd that the settings name; undefined when that could not be asked. */
  readonly keys: number | undefined;
}

/** A Trident that is pointed at an etcd without its state begins anew, as if there never had been any volume. */
export function judgeAnotherEtcd(request: PlanRequest, { flow, runsOn, keys }: AnotherEtcdFacts): Findings {
  if (!isServing(flow) || runsOn === undefined || isNamed(request, runsOn)) return { blockers: [], risks: [] };
  const next = describeAddress(request.destination);
  if (keys !== undefined && keys > 0) {
    const moved =
      `Trident is moved from the etcd at ${runsOn} to ${next}, where ${counted(keys, "key is", "keys are")} under ${request.prefix}: see that ` +
      `its latest state is there.`;
    return { blockers: [], risks: [moved] };
  }
  return { blockers: [new AnotherEtcdError(request.legacyDeployment, runsOn, next).blocker], risks: [] };
}

/** Whether Trident has its state already where the settings say. */
export function isInUse(request: PlanRequest, { flow, runsOn }: Pick<AnotherEtcdFacts, "flow" | "runsOn">): boolean {
  return isServing(flow) && runsOn !== undefined && isNamed(request, runsOn);
}

function isNamed({ destination }: PlanRequest, runsOn: string): boolean {
  if (!isEtcdCluster(destination)) return destination.endpoints.includes(runsOn);
  return runsOn.startsWith(`https://${destination.etcdCluster}-client`);
}
