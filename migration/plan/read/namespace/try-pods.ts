import type { V1Pod } from "@kubernetes/client-node";
import { ClusterRequestError, ClusterUnreachableError } from "../../../kubernetes/errors.ts";
import { refusalOf, type Refusal } from "../../../kubernetes/refusal.ts";
import type { ClusterReader } from "../cluster-reader.ts";
import type { PlannedPod } from "./planned-pods.ts";

/** A pod that was shown to the API server, which has kept nothing of it. */
export interface TriedPod extends PlannedPod {
  readonly outcome: /** As it would be there, with all that admission puts in: defaults, sidecars. */
  | { readonly kind: "admitted"; readonly pod: V1Pod }
    | { readonly kind: "refused"; readonly refusal: Refusal }
    /** Nobody can say. */
    | { readonly kind: "untried"; readonly refusal?: Refusal };
  /** Set where its service account is not there yet, so that it was shown with the namespace's own. */
  readonly withOtherAccount?: true;
}

/** A dry run of each, without its environment variables: their values may be secrets, and a refusal may repeat them. */
export function tryPods(reader: Pick<ClusterReader, "dryRun">, pods: readonly PlannedPod[]): Promise<TriedPod[]> {
  return Promise.all(pods.map((planned) => tryPod(reader, planned)));
}

async function tryPod(reader: Pick<ClusterReader, "dryRun">, planned: PlannedPod): Promise<TriedPod> {
  const shown = withoutEnvironment(planned.pod);
  const outcome = await outcomeOf(reader, shown);
  if (outcome.kind === "admitted" || outcome.refusal?.cause !== "serviceAccount") return { ...planned, outcome };
  const again = await outcomeOf(reader, withoutAccount(shown));
  // A namespace that was made just now has not even its own.
  if (again.kind === "refused" && again.refusal.cause === "serviceAccount") {
    return { ...planned, outcome: { kind: "untried" } };
  }
  return { ...planned, outcome: again, withOtherAccount: true };
}

async function outcomeOf(reader: Pick<ClusterReader, "dryRun">, pod: V1Pod): Promise<TriedPod["outcome"]> {
  const answer = await unlessAway(reader.dryRun(`/api/v1/namespaces/${pod.metadata?.namespace ?? ""}/pods`, pod));
  if (answer === undefined) return { kind: "untried" };
  if (!(answer instanceof ClusterRequestError)) return { kind: "admitted", pod: answer as unknown as V1Pod };
  const refusal = refusalOf(answer.explanation);
  if (refusal.cause === "permission" || refusal.cause === "noDryRun") return { kind: "untried", refusal };
  // Of an answer such as 404 or 500 nobody knows whether it is about the pod.
  const isRefusal = answer.status === 403 || answer.status === 422 || refusal.cause !== "other";
  return isRefusal ? { kind: "refused", refusal } : { kind: "untried" };
}

/** A webhook may take longer than a plan has the time for. */
async function unlessAway<Answer>(asking: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ClusterUnreachableError) return undefined;
    throw error;
  }
}

function withoutEnvironment(pod: V1Pod): V1Pod {
  const shown = structuredClone(pod);
  for (const container of [...(shown.spec?.containers ?? []), ...(shown.spec?.initContainers ?? [])]) {
    delete container.env;
    delete container.envFrom;
  }
  return shown;
}

function withoutAccount(pod: V1Pod): V1Pod {
  const { spec, ...rest } = pod;
  if (spec === undefined) return pod;
  const others = Object.entries(spec).filter(([name]) => !/^serviceAccount(Name)?$/.test(name));
  return { ...rest, spec: Object.fromEntries(others) as unknown as typeof spec };
}
