import { change } from "../../../wording/change.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import { apiFeatures } from "../../../kubernetes/cluster-apis.ts";
import { isOurs, stackUidOf } from "../../../kubernetes/ownership.ts";
import type { FoundWorld } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";

type TakeOverFacts = Pick<PlanFacts, "apis" | "clusterUid" | "flow" | "objects" | "etcdCluster" | "newTrident">;

/** Whose the objects are. The CRD of EtcdCluster is nobody's: stacks share it. */
export function findWorld({ clusterUid, objects, newTrident }: TakeOverFacts): FoundWorld {
  const own = objects
    .filter(({ object }) => !object.startsWith("CustomResourceDefinition/"))
    .flatMap(({ served }) => (served !== undefined && isOurs(served) ? [served] : []));
  const uids = [newTrident, ...own].map(stackUidOf).filter((uid) => uid !== undefined);
  return {
    ...(clusterUid === undefined ? {} : { clusterUid }),
    stackUids: [...new Set(uids)].sort(),
    hasObjects: own.length > 0 || newTrident !== undefined,
  };
}

/** What keeps a stack from taking an installation over, and what the run that takes it over changes about it. */
export function checkTakeOver(request: PlanRequest, facts: TakeOverFacts): Findings {
  if (!request.takeOver) return nothingFound;
  const blockers = [
    withoutApply(request, facts),
    nothingThere(request, facts),
    halfRolledBack(request, facts),
    withoutRecord(request, facts),
  ];
  return together(
    blockedBy(...blockers.filter((blocker) => blocker !== undefined)),
    atRisk(
      "state",
      "An installation is taken over: all of this program's objects there become this stack's, whichever stack has made them. Once " +
        `they are, \`${change({ takeOver: undefined })}\`.`,
      ...differences(request, facts).map(
        (difference) => `What is taken over is changed by this run: ${difference} leaves it alone.`,
      ),
    ),
  );
}

/** Pulumi could only create what is there already. */
function withoutApply(request: PlanRequest, { apis }: TakeOverFacts): Blocker | undefined {
  if (apis.serverSideApply) return undefined;
  return refusal(
    request,
    `An API server before Kubernetes 1.${apiFeatures.serverSideApply} can't apply an object, only create one that is not there yet: what is there can't be taken over.`,
    `Find the stack's state (docs/taking-over.md says where to look), or upgrade Kubernetes first. Then \`${change({ takeOver: undefined })}\`.`,
  );
}

function nothingThere(request: PlanRequest, facts: TakeOverFacts): Blocker | undefined {
  if (findWorld(facts).hasObjects) return undefined;
  return refusal(
    request,
    `In namespace ${request.namespace} there is nothing of this program that could be taken over.`,
    `See that kubernetes:context and the namespace (\`${change({ namespace: "NAME" })}\`) are those of the installation. For a new one, \`${change({ takeOver: undefined })}\`.`,
  );
}

/** Its first half is a deletion, of which only the lost state knew. */
function halfRolledBack(request: PlanRequest, { flow }: TakeOverFacts): Blocker | undefined {
  if (flow.flow !== "rollback") return undefined;
  return refusal(
    request,
    "A rollback is asked for, which is done by the removal of what only the lost state knows.",
    `Take over first: \`${change({ rollback: undefined })} && pulumi up\`. Then \`${change({ takeOver: undefined, rollback: true })}\`, and run \`pulumi up\` again.`,
  );
}

function withoutRecord(request: PlanRequest, { flow }: TakeOverFacts): Blocker | undefined {
  if (!request.migrate || flow.isRecordLost !== true) return undefined;
  return refusal(
    request,
    `A migration is asked for, and ConfigMap ${request.record} does not tell of the migration that this Trident's state comes from.`,
    `Without one the installation is taken over as if it had never been migrated: \`${change({ migrate: false })}\`.`,
  );
}

function refusal({ namespace }: PlanRequest, message: string, remedy: string): Blocker {
  return { kind: "takeOver", object: `Namespace/${namespace}`, message, remedy };
}

function differences(request: PlanRequest, { etcdCluster, newTrident }: TakeOverFacts): string[] {
  const image = newTrident?.spec?.template.spec?.containers[0]?.image;
  const { size } = (etcdCluster?.spec ?? {}) as { size?: number };
  return [
    ...(image === undefined ? [] : difference("tridentImage", image, request.tridentImage)),
    ...(size === undefined ? [] : difference("etcdClusterSize", size, request.etcdClusterSize)),
  ];
}

function difference(input: "tridentImage" | "etcdClusterSize", is: string | number, wanted: string | number): string[] {
  return is === wanted ? [] : [`${input} is to be ${wanted}, and what runs has ${is}. \`${change({ [input]: is })}\``];
}
