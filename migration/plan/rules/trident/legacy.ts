import type { ExistingEtcdAddress } from "../../../connect/etcd-address.ts";
import { NotReachedFromHereError } from "../../../connect/open-existing-etcd.ts";
import { withoutFullStop } from "../../../kubernetes/errors.ts";
import { legacyNotServing, recordInvalid } from "../../../blockers/legacy-blockers.ts";
import { foreignKeys, sourceUnreachable } from "../../../blockers/state-blockers.ts";
import { MigrationRecordInvalidError } from "../../../record/migration-record.ts";
import type { LegacyTrident } from "../../../trident/legacy/legacy-trident.ts";
import { hasFirstPass } from "../../flow/flow.ts";
import type { LegacyPlan, MigrationPlan } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { Asked } from "../../read/state/read-state.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";
import { etcdRules } from "../etcd/destination.ts";
import { versionOfImage } from "../versions/version.ts";
import { checkClaim, planClaim } from "./claim.ts";
import { checkRollback } from "./rollback.ts";
import { checkState } from "./state.ts";

/** The Trident with an embedded etcd: the one that is there, or the one that a rollback puts back. */
export function planLegacy(request: PlanRequest, facts: PlanFacts): LegacyPlan | undefined {
  const { flow, claim, state } = facts;
  const legacy = flow.legacy ?? flow.putBack;
  if (legacy === undefined || legacy.externalEtcd !== undefined) return undefined;
  const tridentVersion = versionOfImage(legacy.tridentImage)?.text;
  const etcdVersion = state.source?.status.version ?? versionOfImage(legacy.etcdImage)?.text;
  return {
    deployment: legacy.name,
    ...(legacy.isUninstalled === true
      ? { isUninstalled: true, triedEtcdImages: request.legacyClaim?.etcdImages ?? [] }
      : {}),
    replicas: legacy.replicas,
    tridentImage: legacy.tridentImage,
    ...(tridentVersion === undefined ? {} : { tridentVersion }),
    etcdImage: legacy.etcdImage,
    ...(etcdVersion === undefined ? {} : { etcdVersion }),
    claim: claim === undefined ? { name: legacy.claim } : planClaim(legacy, claim),
    ...planCarried(request, facts),
  };
}

/** A field that a setting decides is not carried, which whoever set it knows. */
function planCarried(
  { pods }: Pick<PlanRequest, "pods">,
  { carriedPod }: Pick<PlanFacts, "carriedPod">,
): Pick<LegacyPlan, "carried" | "notCarried"> {
  const { carried = [], left: notCarried = [] } = carriedPod ?? {};
  const texts = carried.filter(({ field }) => pods?.tridentFields.includes(field) !== true).map(({ text }) => text);
  return { ...(texts.length === 0 ? {} : { carried: texts }), ...(notCarried.length === 0 ? {} : { notCarried }) };
}

/** Where its state is moved from, if not from an embedded etcd. */
export function planMove({ flow: { legacy }, record }: PlanFacts): Pick<MigrationPlan, "move"> {
  if (legacy?.externalEtcd === undefined) return {};
  const of = record?.phase === "copied" ? "migrated" : "installed";
  return { move: { etcd: legacy.externalEtcd.called, of } };
}

/** Somebody else's stays; the stack's own is deleted once Trident has left it. Undefined where Trident was never moved. */
export function formerEtcdThatStays({ formerEtcd }: PlanFacts): ExistingEtcdAddress | undefined {
  return formerEtcd === undefined || "etcdCluster" in formerEtcd ? undefined : formerEtcd;
}

/** What is moved, or for a rollback carried back. */
export function planState({ state }: PlanFacts): Pick<MigrationPlan, "state"> {
  const found = state.source ?? state.toCarryBack;
  if (found === undefined) return {};
  const { summary, status } = found;
  return {
    state: {
      keys: summary.keys,
      counts: summary.counts,
      ...(summary.bytes === undefined ? {} : { bytes: summary.bytes }),
      ...(summary.storeVersion === undefined ? {} : { storeVersion: summary.storeVersion }),
      revision: summary.revision.toString(),
      clusterId: status.clusterId,
    },
  };
}

/** Its claim, wherever the state is read from. */
export function checkLegacyClaim({ flow, claim }: PlanFacts): Findings {
  const legacy = flow.legacy ?? flow.putBack;
  return legacy === undefined || claim === undefined
    ? nothingFound
    : checkClaim(legacy, claim, flow.putBack !== undefined);
}

/** Whether what its etcd holds can be moved, or what the new etcd holds be carried back to it. */
export function checkLegacy(request: PlanRequest, facts: PlanFacts): Findings {
  const { legacy, putBack } = facts.flow;
  const { source, sourceFailure, destination, notServing, differences } = facts.state;
  if (putBack !== undefined) return checkRollback(request, putBack, facts.record, facts.state);
  if (legacy === undefined) return nothingFound;
  if (sourceFailure instanceof MigrationRecordInvalidError) {
    return blockedBy(recordInvalid(sourceFailure, request.record));
  }
  if (sourceFailure instanceof NotReachedFromHereError) {
    return atRisk(
      "state",
      `${withoutFullStop(sourceFailure.message)}. \`pulumi up\` looks through a pod, before it registers anything.`,
    );
  }
  if (sourceFailure !== undefined) return blockedBy(sourceUnreachable(legacy, sourceFailure));
  if (notServing !== undefined) return blockedBy(legacyNotServing(legacy, notServing));
  if (legacy.isUninstalled === true) return checkUninstalled(legacy, request, facts);
  if (source === undefined && legacy.externalEtcd !== undefined) {
    return atRisk(
      "state",
      "An earlier run was killed in the midst of the move: whose state is the newest is found out by this one, and the counts of this plan are missing.",
    );
  }
  if (source === undefined) {
    const when = "its state is looked at once it is started for the copy, and the counts of this plan are missing";
    return atRisk("state", `The old Trident's etcd does not run now: ${when}.`);
  }
  return checkState({
    legacy,
    prefix: request.prefix,
    summary: source.summary,
    source: etcdFacts(source),
    destination: destination && etcdFacts(destination),
    differences,
    isQuotaUnknown: !etcdRules(request.destination).hasKnownQuota,
    etcdv2Nodes: source.etcdv2Nodes,
  });
}

/** Only its claim is left, and what that holds is not known before it is read. */
function checkUninstalled(
  { claim }: LegacyTrident,
  { prefix, snapshotDirectory }: PlanRequest,
  { record, state: { destination, destinationKeys: count = 0 } }: PlanFacts,
): Findings {
  const snapshots = snapshotDirectory === "" ? "" : `, such as those under ${snapshotDirectory}`;
  // Keys can't be compared with what the claim holds: only an interrupted copy's are known for its own.
  const isForeign = destination !== undefined && count > 0 && !hasFirstPass(record);
  return together(
    isForeign ? blockedBy(foreignKeys(destination.description, prefix.text, { count, first: [] })) : nothingFound,
    atRisk(
      "state",
      `No Trident runs that could be asked: what PersistentVolumeClaim ${claim} holds is looked at, and what it lacks is found, when it is copied.`,
      `PersistentVolumeClaim ${claim} has the state as its last Trident left it. If it was migrated once and that stack destroyed, what ` +
        `was written after that migration is not on it, but only in a snapshot of that stack's etcd${snapshots}.`,
    ),
  );
}

function etcdFacts({ description, status: { clusterId, databaseBytes } }: Asked) {
  return { description, clusterId, databaseBytes };
}
