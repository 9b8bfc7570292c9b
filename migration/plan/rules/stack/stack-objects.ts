import type { Blocker } from "../../../blockers/blocker.ts";
import { isOurs } from "../../../kubernetes/ownership.ts";
import type { FlowFinding } from "../../flow/flow-finding.ts";
import { isServing, type PlannedObject } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { ServedObject } from "../../read/cluster-reader.ts";
import type { FoundObject } from "../../read/stack-objects.ts";
import { blockedBy, type Findings } from "../findings.ts";
import { planCrd } from "../etcd/crd.ts";

/** What becomes of objects that are there, in a run as it should be: the steps say it, or there is nothing to say. */
export const routineFates = {
  kept: "is kept; changed only where something else is asked for",
  movedFrom:
    "is saved, scaled to 0 and, once the copy is verified, deleted; the new Trident's Deployment takes its name",
  rolledBack: "is deleted, if it stands; the old Trident's Deployment gets its name back",
} as const;

const routine: ReadonlySet<string> = new Set(Object.values(routineFates));

/** Whether a short plan may leave it out. */
export function isRoutine({ becomes }: PlannedObject): boolean {
  return routine.has(becomes);
}

/** The old Trident's Deployment, those that exist, and of a stack that stands those that something else has deleted. */
export function planObjects(
  request: Pick<PlanRequest, "legacyDeployment">,
  { flow, objects }: Pick<PlanFacts, "flow" | "objects">,
): PlannedObject[] {
  return [
    ...takenOver(flow, request),
    ...planCrd(objects),
    ...existing(objects).map(
      ({ object, served }): PlannedObject => ({
        object,
        made: isOurs(served) ? "by this program" : "by somebody else",
        becomes: whatBecomes(served),
      }),
    ),
    ...(isServing(flow.flow) ? missingObjects(objects) : []),
  ];
}

/** Somebody else's are in the way, since a stack would overwrite and later delete them. */
export function checkObjects(objects: readonly FoundObject[], namespace: string): Findings {
  const foreign = existing(objects).filter(({ served }) => !isOurs(served));
  return blockedBy(...foreign.map(({ object }) => foreignObject(object, namespace)));
}

/** But for somebody else's CRD, which is not in the way, see `checkCrd`. */
function existing(objects: readonly FoundObject[]): { object: string; served: ServedObject }[] {
  return objects
    .flatMap(({ object, served }) => (served === undefined ? [] : [{ object, served }]))
    .filter(({ object, served }) => isOurs(served) || !object.startsWith("CustomResourceDefinition/"));
}

/** The Deployment, whose name the new one takes over. */
function takenOver(
  { legacy, putBack, flow }: FlowFinding,
  { legacyDeployment }: Pick<PlanRequest, "legacyDeployment">,
): PlannedObject[] {
  if (putBack !== undefined) {
    return [{ object: `Deployment/${legacyDeployment}`, made: "by this program", becomes: routineFates.rolledBack }];
  }
  if (legacy === undefined || legacy.isUninstalled === true || (flow !== "migrate" && flow !== "resume")) return [];
  return [{ object: `Deployment/${legacy.name}`, made: "by somebody else", becomes: routineFates.movedFrom }];
}

function missingObjects(found: readonly FoundObject[]): PlannedObject[] {
  const missing = found.filter(
    ({ served, isOptional, isHidden }) => served === undefined && isOptional !== true && isHidden !== true,
  );
  return missing.map(({ object }) => ({
    object,
    made: "by this program",
    becomes: "is missing, and is made again",
  }));
}

function whatBecomes(served: ServedObject): string {
  if (served.metadata?.deletionTimestamp !== undefined) return "is being deleted; it is made anew once it is gone";
  if (!isOurs(served)) return "is left alone: it is in the way";
  return routineFates.kept;
}

function foreignObject(object: string, namespace: string): Blocker {
  const [kind = "", name = ""] = object.split("/");
  const where = isClusterWide(object) ? "" : ` --namespace ${namespace}`;
  const command = `kubectl${where} get ${kind.toLowerCase()} ${name} --output yaml`;
  return {
    kind: "foreignObject",
    object,
    message:
      `${kind} ${name}${isClusterWide(object) ? "" : ` in namespace ${namespace}`} exists, and this program did not make it; ` +
      `it would be overwritten, and a later destroy would delete it.`,
    remedy:
      `See what it is with \`${command}\`; delete it if nothing needs it, or else make it anew under another name, since those of ` +
      "this program's objects are fixed, and then delete it.",
  };
}

/** Whether an object, as `Kind/name`, belongs to no namespace. */
function isClusterWide(object: string): boolean {
  const [kind = ""] = object.split("/");
  return ["CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding"].includes(kind);
}
