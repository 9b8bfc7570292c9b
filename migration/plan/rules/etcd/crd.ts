import type { Blocker } from "../../../blockers/blocker.ts";
import { isOurs, stackAnnotation } from "../../../kubernetes/ownership.ts";
import { crdName, problemOfCrd, type ServedCrd as EtcdClusterCrd } from "../../../destroy/crd.ts";
import type { MigrationPlan, PlannedObject } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { FoundObject } from "../../read/stack-objects.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";

export const crdObject = `CustomResourceDefinition/${crdName}`;

type ServedCrd = FoundObject["served"] & EtcdClusterCrd;

/**
 * Whether the CRD of EtcdCluster is the stack's to make and to change, or somebody else's that it uses; one that is given may be unseen.
 * Stacks share it, but where the API server can't apply what is there: only one of them can have made it.
 */
export function crdOwner(
  { stack, etcdClusterCrd }: Pick<PlanRequest, "stack" | "etcdClusterCrd">,
  { objects, apis }: Pick<PlanFacts, "objects" | "apis">,
): MigrationPlan["crd"] {
  if (etcdClusterCrd === "existing") return servedCrd(objects) === undefined ? "unseen" : "existing";
  if (foreignCrd(objects) !== undefined) return "existing";
  const maker = servedCrd(objects)?.metadata?.annotations?.[stackAnnotation];
  return apis.serverSideApply || maker === undefined || maker === stack ? "own" : "existing";
}

/** What becomes of one that somebody else has made. */
export function planCrd(found: readonly FoundObject[]): PlannedObject[] {
  const foreign = foreignCrd(found);
  if (foreign === undefined) return [];
  const becomes =
    problemOfCrd(foreign) === undefined
      ? "is used as it is; it is neither changed nor ever deleted"
      : "is left alone, but can't be used";
  return [{ object: crdObject, made: "by somebody else", becomes }];
}

export function checkCrd(found: readonly FoundObject[]): Findings {
  const foreign = foreignCrd(found);
  if (foreign === undefined) return servedCrd(found) === undefined ? nothingFound : mayBeShared(found);
  const problem = problemOfCrd(foreign);
  return together(
    problem === undefined ? nothingFound : blockedBy(unusable(problem)),
    atRisk(
      "state",
      `${crdObject} is somebody else's: whoever deletes it deletes this stack's EtcdCluster and its state with it.`,
    ),
  );
}

function servedCrd(found: readonly FoundObject[]): ServedCrd | undefined {
  return found.find(({ object }) => object === crdObject)?.served;
}

function foreignCrd(found: readonly FoundObject[]): ServedCrd | undefined {
  const served = servedCrd(found);
  return served === undefined || isOurs(served) ? undefined : served;
}

function unusable(problem: string): Blocker {
  return {
    kind: "unusableCrd",
    object: crdObject,
    message:
      `CustomResourceDefinition ${crdName} exists, this program did not make it, and the etcd-operator v0.9.4 can't work ` +
      `with it: ${problem}.`,
    remedy:
      `See who uses it with \`kubectl get etcdclusters.etcd.database.coreos.com --all-namespaces\` and whose it is with \`kubectl ` +
      `get customresourcedefinition ${crdName} --output yaml\`; have its owner change it, or delete it if nothing needs it. ` +
      `Or choose another cluster with \`pulumi config set kubernetes:context NAME\`.`,
  };
}

// Objects of a first run that failed early look the same; that is for the user to tell.
function mayBeShared(found: readonly FoundObject[]): Findings {
  const operator = found.find(({ object }) => object === "Deployment/etcd-operator")?.served;
  if (operator !== undefined && isOurs(operator)) return nothingFound;
  return atRisk(
    "state",
    `${crdObject} was made by this program for another namespace, or by a run that failed. A stack that was last ` +
      "updated by an older version of this program deletes it in its destroy, and with it all EtcdClusters: run `pulumi up` there first.",
  );
}
