/** Why an API server does not take an object, by its own words. */
export interface Refusal {
  readonly cause: RefusalCause;
  /** What refuses: a quota's, a webhook's or a policy's name, or the Pod Security Standard's level; empty where it says none. */
  readonly by: string;
  /** In the API server's own words, without the object's name. */
  readonly words: string;
}

/**
 * - `quota`, `quotaNeedsMore`: a ResourceQuota that is used up, or one that wants each pod to say what it takes
 * - `limitRange`, `podSecurity`, `podSecurityPolicy`, `securityContextConstraint`: what the namespace allows in a pod
 * - `webhook`, `admissionPolicy`: rules of the cluster's own; `webhookSilent`: one that has to be asked and does not answer
 * - `noDryRun`: a webhook that can't be asked without the object being made
 * - `serviceAccount`: the account that the object names is not there
 * - `permission`: it is not the object that is refused, but whoever wants to make it
 */
export type RefusalCause =
  | "quota"
  | "quotaNeedsMore"
  | "limitRange"
  | "podSecurity"
  | "podSecurityPolicy"
  | "securityContextConstraint"
  | "webhook"
  | "webhookSilent"
  | "admissionPolicy"
  | "noDryRun"
  | "serviceAccount"
  | "permission"
  | "other";

/** In the words of Kubernetes 1.13 to 1.34 and of OpenShift 3.11 and 4; the name, where there is one, is in the first group. */
const causes: readonly (readonly [cause: RefusalCause, said: RegExp])[] = [
  ["permission", /^\S+ is forbidden: User "[^"]*" cannot \S+/],
  ["noDryRun", /admission webhook "([^"]*)" does not support dry run/],
  ["webhookSilent", /failed calling (?:admission )?webhook "([^"]*)"/],
  ["webhook", /admission webhook "([^"]*)" denied the request/],
  ["admissionPolicy", /ValidatingAdmissionPolicy '([^']*)'/],
  ["quota", /exceeded quota: ([^,\s]+)/],
  ["quotaNeedsMore", /failed quota: ([^:\s]+): must specify/],
  ["podSecurity", /violates PodSecurity "([^":]*)/],
  ["podSecurityPolicy", /pod security policy|PodSecurityPolicy/],
  ["securityContextConstraint", /security context constraint/],
  ["limitRange", /(?:minimum|maximum) \S+ usage per |limit to request ratio per /],
  // A default limit that a LimitRange puts in below what the pod asks for.
  ["limitRange", /requests: Invalid value: .*must be less than or equal to \S+ limit/],
  ["serviceAccount", /error looking up service account|no API token found for service account/],
];

export function refusalOf(explanation: string): Refusal {
  for (const [cause, said] of causes) {
    const match = said.exec(explanation);
    if (match !== null) return { cause, by: match[1] ?? "", words: withoutName(explanation) };
  }
  return { cause: "other", by: "", words: withoutName(explanation) };
}

/** Whether it is the object that is refused, and not whoever wants to make it. */
export function isOfAdmission(explanation: string): boolean {
  const { cause } = refusalOf(explanation);
  return cause !== "permission" && cause !== "other";
}

/** `pods "trident-7d9f" is forbidden: `; the object is named where it is said what it is. */
function withoutName(explanation: string): string {
  return explanation.replace(/^\S+ "[^"]*" is (?:forbidden|invalid): /, "").trim();
}
