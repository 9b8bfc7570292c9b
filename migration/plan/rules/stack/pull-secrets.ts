import {
  membersPullWithout,
  notForPulling,
  pullSecretMissing,
  pullSecretTypes,
} from "../../../blockers/pull-secret-blockers.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { blockedBy, nothingFound, type Findings } from "../findings.ts";

/** Whether pods can pull with what they are to pull with. */
export function checkPullSecrets(
  { namespace, pods }: Pick<PlanRequest, "namespace" | "pods">,
  { pullSecrets, makesNamespace }: Pick<PlanFacts, "pullSecrets"> & Partial<Pick<PlanFacts, "makesNamespace">>,
): Findings {
  if (pullSecrets === undefined) return nothingFound;
  const { secrets, ofDefaultAccount } = pullSecrets;
  const unusable = secrets.flatMap(({ name, type }) => {
    if (type === undefined) return [pullSecretMissing(namespace, name, makesNamespace)];
    return pullSecretTypes.includes(type) ? [] : [notForPulling(namespace, name, type)];
  });
  const wanted = pods?.memberPullSecrets ?? [];
  const lacking = ofDefaultAccount === undefined ? [] : wanted.filter((name) => !ofDefaultAccount.includes(name));
  const members =
    lacking.length === 0 ? [] : [membersPullWithout(namespace, lacking, [...(ofDefaultAccount ?? []), ...lacking])];
  return blockedBy(...unusable, ...members);
}
