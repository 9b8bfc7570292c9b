import type { Blocker } from "../../../blockers/blocker.ts";
import { isOwnEtcd } from "../../../connect/etcd-address.ts";
import { isOurs, stackUidOf } from "../../../kubernetes/ownership.ts";
import type { FoundWorld } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";

type TakeOverFacts = Pick<PlanFacts, "clusterUid" | "flow" | "objects" | "etcdCluster" | "newTrident">;

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
  const blockers = [nothingThere(request, facts), halfRolledBack(facts), withoutRecord(request, facts)];
  return together(
    blockedBy(...blockers.filter((blocker) => blocker !== undefined)),
    atRisk(
      "state",
      "Setting takeOver is true: all of this program's objects there become this stack's, whichever stack has made them. Once they are, " +
        "`pulumi config rm takeOver`.",
      ...differences(request, facts).map(
        (difference) => `What is taken over is changed by this run: ${difference}. Set it as it is to leave it alone.`,
      ),
    ),
  );
}

function nothingThere({ namespace }: PlanRequest, facts: TakeOverFacts): Blocker | undefined {
  if (findWorld(facts).hasObjects) return undefined;
  return refusal(
    `In namespace ${namespace} there is nothing of this program that could be taken over.`,
    "See that the settings kubernetes:context and namespace are those of the installation. For a new one, `pulumi config rm takeOver`.",
  );
}

/** Its first half is a deletion, of which only the lost state knew. */
function halfRolledBack({ flow }: TakeOverFacts): Blocker | undefined {
  if (flow.flow !== "rollback") return undefined;
  return refusal(
    "Setting rollback is true: a rollback is done by the removal of what only the lost state knows.",
    "Take over first: `pulumi config rm rollback && pulumi up`. Then `pulumi config rm takeOver`, set rollback, and run `pulumi up` again.",
  );
}

function withoutRecord({ migrate, record }: PlanRequest, { flow }: TakeOverFacts): Blocker | undefined {
  if (!migrate || flow.isRecordLost !== true) return undefined;
  return refusal(
    `Setting migrate is true, and ConfigMap ${record} does not tell of the migration that this Trident's state comes from.`,
    "Without it the installation is taken over as one that was never migrated: `pulumi config set migrate false`.",
  );
}

function refusal(message: string, remedy: string): Blocker {
  return { kind: "takeOver", object: "setting takeOver", message, remedy };
}

function differences(request: PlanRequest, { etcdCluster, newTrident }: TakeOverFacts): string[] {
  const image = newTrident?.spec?.template.spec?.containers[0]?.image;
  const { size } = (etcdCluster?.spec ?? {}) as { size?: number };
  return [
    ...(image === undefined ? [] : difference("tridentImage", image, request.tridentImage)),
    ...(size === undefined || !isOwnEtcd(request.destination)
      ? []
      : difference("etcdClusterSize", size, request.etcdClusterSize)),
  ];
}

function difference(setting: string, is: string | number, wanted: string | number): string[] {
  return is === wanted ? [] : [`setting ${setting} is ${wanted}, and what runs has ${is}`];
}
