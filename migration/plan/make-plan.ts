import { connectToCluster } from "../kubernetes/cluster-client.ts";
import { within } from "../kubernetes/wait-until.ts";
import type { MigrationPlan } from "./migration-plan.ts";
import { planOfFacts } from "./plan-of-facts.ts";
import type { PlanRequest } from "./plan-request.ts";
import { readFacts, type Step } from "./read-facts.ts";
import { planEnvironment, type PlanEnvironment } from "./read/plan-environment.ts";
import { refusalOfTrident } from "./read/trident.ts";

/** As a rule it takes one to three; a cluster that is this slow is not one to begin on. */
const limitSeconds = 60;

/**
 * What a run as it is asked for is going to do on this cluster, and all that keeps it from it. Only looks, for at most
 * a minute. A preview and an up call it alike, before anything is registered.
 *
 * Raises ClusterUnreachableError, PreflightTimeoutError, and ClusterRequestError for what the API server refuses.
 */
export async function makePlan(request: PlanRequest): Promise<MigrationPlan> {
  const cluster = connectToCluster(request.cluster, { requestTimeoutMilliseconds: 10_000 });
  let doing = "starting";
  const planning = planFrom(planEnvironment(cluster, request), request, (next) => {
    doing = next;
  });
  const seconds = limitOf(request);
  return within(seconds * 1000, planning, () => new PreflightTimeoutError(cluster.description, seconds, doing));
}

/** A pod to look through takes the time of its start. */
function limitOf({ existing }: PlanRequest): number {
  return existing?.mayMakePods === true ? limitSeconds + existing.timeoutSeconds : limitSeconds;
}

/** The same on whatever answers what is asked. */
export async function planFrom(
  environment: PlanEnvironment,
  request: PlanRequest,
  step: Step = () => undefined,
): Promise<MigrationPlan> {
  const plan = planOfFacts(request, await readFacts(environment, request, step));
  // A refusal that the reviews did not foretell: the flow can't be told, and nobody is told why.
  const refusal = refusalOfTrident(environment.reader, request);
  if (refusal !== undefined && !plan.blockers.some(({ kind }) => kind === "missingPermissions")) throw refusal;
  return plan;
}

/** The checks took too long. */
export class PreflightTimeoutError extends Error {
  override readonly name = "PreflightTimeoutError";

  constructor(cluster: string, seconds: number, step: string) {
    super(
      `The checks before the start took longer than ${seconds} s on cluster ${cluster} (while ${step}). See that its API ` +
        `server and the Trident pod answer swiftly, and try again.`,
    );
  }
}
