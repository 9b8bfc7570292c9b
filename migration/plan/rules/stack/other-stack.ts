import { change } from "../../../wording/change.ts";
import { isOurs, stackAnnotation, stackUidOf } from "../../../kubernetes/ownership.ts";
import { listed } from "../../../wording/counted.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { FoundObject } from "../../read/stack-objects.ts";
import { crdObject } from "../etcd/crd.ts";
import { blockedBy, nothingFound, type Findings } from "../findings.ts";

/** Names to show of each kind of thing before it is cut short. */
const mostNamed = 3;

/**
 * Two stacks that make the same objects overwrite each other's, and the first to be destroyed deletes them. Objects without a
 * stack's name were made by an older version, and count as this stack's.
 */
export function checkOwners(
  found: readonly FoundObject[],
  { stack, namespace, takeOver }: Pick<PlanRequest, "stack" | "namespace" | "takeOver">,
): Findings {
  if (takeOver) return nothingFound;
  const own = new Set(found.filter(({ served }) => nameOn(served) === stack).map(({ served }) => stackUidOf(served)));
  const others = found.flatMap(({ object, served }) => {
    const owner = nameOn(served);
    // Stacks share the CRD, whichever has made it.
    if (served === undefined || object === crdObject || !isOurs(served) || owner === undefined || owner === stack)
      return [];
    // A name that somebody has written over, and no other stack.
    return stackUidOf(served) !== undefined && own.has(stackUidOf(served)) ? [] : [{ object, owner }];
  });
  const [first] = others;
  if (first === undefined) return nothingFound;
  const owners = [...new Set(others.map(({ owner }) => owner))].join(", ");
  const objects = others.map(({ object }) => object);
  return blockedBy({
    kind: "otherStack",
    object: `Namespace/${namespace}`,
    message:
      `Namespace ${namespace} has the objects of another stack, ${owners} (${listed({ count: objects.length, first: objects.slice(0, mostNamed) })}); ` +
      `this one is ${stack}. Both would change the same objects, and a destroy of either would delete them.`,
    remedy:
      `Choose the other stack with \`pulumi stack select\`. If that stack is this one under a name that it had before, or if its ` +
      `state is lost, \`${change({ takeOver: true })}\` makes its objects this one's (docs/taking-over.md).`,
  });
}

function nameOn(served: FoundObject["served"]): string | undefined {
  return served?.metadata?.annotations?.[stackAnnotation];
}
