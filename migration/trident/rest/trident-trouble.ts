import { counted } from "../../wording/counted.ts";
import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { troubleInStatus } from "../../kubernetes/pod-trouble.ts";

/** A Trident ends when its etcd does not answer within half a minute: once is no proof. */
const endsThatSuffice = 3;

/** Why the pod will not get better by waiting; undefined while it may. */
export function troubleOfTrident(pod: V1Pod): string | undefined {
  for (const { name, restartCount, state, lastState } of pod.status?.containerStatuses ?? []) {
    // Before it is started again it waits, its end being the last state then.
    const end = state?.terminated ?? (state?.waiting === undefined ? undefined : lastState?.terminated);
    if (end !== undefined && restartCount + 1 >= endsThatSuffice) {
      return `its container ${name} keeps ending: ${counted(restartCount + 1, "time")}, last with exit code ${end.exitCode}`;
    }
  }
  if (hasEnded(pod)) return undefined;
  const trouble = troubleInStatus(pod);
  return trouble?.final === true ? trouble.reason : undefined;
}

/** Why no pod is made at all, such as a quota or an admission policy. */
export function troubleOfDeployment(deployment: V1Deployment | undefined): string | undefined {
  const failure = deployment?.status?.conditions?.find((each) => each.type === "ReplicaFailure");
  return failure?.status === "True" ? `no pod can be made: ${failure.message ?? "no reason given"}` : undefined;
}

// To troubleInStatus an end is final, as it is for a pod that is never started again.
function hasEnded(pod: V1Pod): boolean {
  return pod.status?.containerStatuses?.some(({ state }) => state?.terminated !== undefined) ?? false;
}
