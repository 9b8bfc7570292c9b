import { isOurs } from "../../../kubernetes/ownership.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import { definitionName, problemOfDefinition, type ServedDefinition } from "../../../uninstall/crd.ts";
import type { Access } from "../../read/cluster-reader.ts";
import type { PlannedObject } from "../../migration-plan.ts";
import type { FoundObject } from "./stack-objects.ts";

export const definitionObject = `CustomResourceDefinition/${definitionName}`;

/** What becomes of a definition of EtcdCluster that somebody else has made. */
export interface DefinitionFindings {
  /** Whether it is the stack's to make and to change. */
  readonly definition: "own" | "existing";
  readonly objects: readonly PlannedObject[];
  readonly blockers: readonly Blocker[];
  readonly risks: readonly string[];
}

export function judgeDefinition(found: readonly FoundObject[]): DefinitionFindings {
  const served = servedDefinition(found);
  if (served === undefined || isOurs(served)) {
    return { definition: "own", objects: [], blockers: [], risks: served === undefined ? [] : sharedRisks(found) };
  }
  const problem = problemOfDefinition(served);
  const becomes =
    problem === undefined
      ? "is used as it is; it is neither changed nor ever deleted"
      : "is left alone, but can't be used";
  return {
    definition: "existing",
    objects: [{ object: definitionObject, made: "by somebody else", becomes }],
    blockers: problem === undefined ? [] : [unusable(problem)],
    risks: [
      `${definitionObject} is somebody else's: whoever deletes it deletes this stack's EtcdCluster and its state with it.`,
    ],
  };
}

/** A definition that is used as it is need not be made. */
export function withoutDefinition(missing: readonly Access[], { definition }: DefinitionFindings): Access[] {
  return missing.filter(
    ({ resource, verb }) => definition === "own" || resource !== "customresourcedefinitions" || verb === "get",
  );
}

function servedDefinition(found: readonly FoundObject[]): (FoundObject["served"] & ServedDefinition) | undefined {
  return found.find(({ object }) => object === definitionObject)?.served;
}

function unusable(problem: string): Blocker {
  return {
    kind: "unusableDefinition",
    object: definitionObject,
    message:
      `CustomResourceDefinition ${definitionName} exists, this program did not make it, and the etcd-operator v0.9.4 can't work ` +
      `with it: ${problem}.`,
    remedy:
      `See who uses it with \`kubectl get etcdclusters.etcd.database.coreos.com --all-namespaces\` and whose it is with \`kubectl ` +
      `get customresourcedefinition ${definitionName} --output yaml\`; have its owner change it, or delete it if nothing needs it. ` +
      `Or choose another cluster with \`pulumi config set kubernetes:context NAME\`.`,
  };
}

// Objects of a first run that failed early look the same; that is for the user to tell.
function sharedRisks(found: readonly FoundObject[]): string[] {
  const operator = found.find(({ object }) => object === "Deployment/etcd-operator")?.served;
  if (operator !== undefined && isOurs(operator)) return [];
  return [
    `${definitionObject} was made by this program for another namespace, or by a run that failed. A stack that was last ` +
      "updated by an older version of this program deletes it in its destroy, and with it all EtcdClusters: run `pulumi up` there first.",
  ];
}
