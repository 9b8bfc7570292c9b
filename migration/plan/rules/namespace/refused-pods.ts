import type { Blocker } from "../../../blockers/blocker.ts";
import { withoutFullStop } from "../../../kubernetes/errors.ts";
import type { Refusal } from "../../../kubernetes/refusal.ts";
import type { TriedPod } from "../../read/namespace/try-pods.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";
import type { Moment } from "./coming-pods.ts";
import { remedyOf } from "./refusal-remedies.ts";

export interface TriedFacts {
  readonly namespace: string;
  readonly pods: readonly TriedPod[];
  readonly moments: readonly Moment[];
  /** Names of the quotas that were counted out; undefined where they could not be read. */
  readonly quotas: readonly string[] | undefined;
}

interface RefusedPod extends TriedPod {
  readonly refusal: Refusal;
}

/** What the API server has said to the pods that it was shown. */
export function checkRefusedPods(facts: TriedFacts): Findings {
  const refused = facts.pods.flatMap((tried): RefusedPod[] =>
    tried.outcome.kind === "refused" ? [{ ...tried, refusal: tried.outcome.refusal }] : [],
  );
  const comes = ({ role }: TriedPod) => facts.moments.some((moment) => (moment[role] ?? 0) > 0);
  const judged = refused.filter((pod) => isToBeTold(pod, facts, comes(pod)));
  const certain = judged.filter((pod) => comes(pod) && isCertain(pod));
  return together(
    blockedBy(...grouped(certain).map((pods) => blockerOf(facts.namespace, pods))),
    ...grouped(judged.filter((pod) => !certain.includes(pod))).map((pods) =>
      atRisk("service", riskOf(facts.namespace, pods, comes)),
    ),
  );
}

/** Whoever made a quota's sum knows more than one pod's trial can tell. */
function isToBeTold({ refusal, role }: RefusedPod, { quotas }: TriedFacts, comes: boolean): boolean {
  if (refusal.cause !== "quota") return true;
  if (!comes || quotas?.includes(refusal.by) === true) return false;
  // These come when others are gone.
  return role !== "trident" && role !== "source" && role !== "oldTrident";
}

/** By whom pods are made, and as whom they run, decides with these; neither is so in a trial of a controller's pod. */
function isCertain({ refusal, isOwn, withOtherAccount }: RefusedPod): boolean {
  const isByAccount = refusal.cause === "podSecurityPolicy" || refusal.cause === "securityContextConstraint";
  return !isByAccount || (isOwn && withOtherAccount !== true);
}

/** What is refused by the same is put right by the same. */
function grouped(pods: readonly RefusedPod[]): RefusedPod[][] {
  const groups = new Map<string, RefusedPod[]>();
  for (const pod of pods) {
    const { cause, by, words } = pod.refusal;
    const key = cause === "other" ? words : `${cause} ${by}`;
    groups.set(key, [...(groups.get(key) ?? []), pod]);
  }
  return [...groups.values()];
}

function blockerOf(namespace: string, pods: readonly RefusedPod[]): Blocker {
  return {
    kind: "podsRefused",
    object: `Namespace/${namespace}`,
    message: `The API server would refuse pods of this run in namespace ${namespace}: ${describe(pods)}.`,
    remedy: remedyOf(namespace, firstOf(pods).refusal),
  };
}

function riskOf(namespace: string, pods: readonly RefusedPod[], comes: (pod: TriedPod) => boolean): string {
  const first = firstOf(pods);
  const said = `namespace ${namespace} would refuse ${describe(pods)}`;
  if (first.role === "oldTrident") {
    return `Should the migration fail, the old Trident could not be put back as it was: ${said}.`;
  }
  if (!comes(first)) return `What runs was admitted, but a new pod in its place would not be: ${said}.`;
  return `It may be that ${said}: that depends on who makes them. ${remedyOf(namespace, first.refusal)}`;
}

function firstOf(pods: readonly RefusedPod[]): RefusedPod {
  const [first] = pods;
  if (first === undefined) throw new RangeError("a group has at least one pod");
  return first;
}

/** `the new Trident (violates PodSecurity "restricted:latest": ...), an etcd member (...)`; words that are the same are said once. */
function describe(pods: readonly RefusedPod[]): string {
  const byWords = new Map<string, string[]>();
  for (const { what, refusal } of pods) {
    const words = withoutFullStop(refusal.words);
    byWords.set(words, [...(byWords.get(words) ?? []), what]);
  }
  return [...byWords].map(([words, whats]) => `${whats.join(", ")} (${words})`).join("; ");
}

/** Of what could not be found out, one line. */
export function checkUntried(
  { namespace, pods }: Pick<TriedFacts, "namespace" | "pods">,
  unlisted: readonly string[],
): Findings {
  const untried = pods.flatMap(({ outcome }) =>
    outcome.kind === "untried" && outcome.refusal !== undefined ? [outcome.refusal] : [],
  );
  const mayNotMake = untried.some(({ cause }) => cause === "permission");
  const lacking = [
    ...(mayNotMake ? ["create pods (none is made: the API server is only asked)"] : []),
    ...unlisted.map((resource) => `list ${resource}`),
  ];
  const silent = [...new Set(untried.filter(({ cause }) => cause === "noDryRun").map(({ by }) => by))];
  return together(
    lacking.length === 0
      ? nothingFound
      : atRisk(
          "knowledge",
          `Whether namespace ${namespace} refuses anything of this run was not all found out: the user of the kubeconfig may not ${lacking.join(", ")}.`,
        ),
    ...silent.map((webhook) =>
      atRisk(
        "knowledge",
        `Admission webhook ${webhook} can't be asked beforehand whether it takes the pods: it knows no dry run.`,
      ),
    ),
  );
}
