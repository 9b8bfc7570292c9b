import type { Blocker } from "../../../blockers/blocker.ts";
import {
  restoreBeside,
  restoreEmptySource,
  restoreOverKeys,
  restoreBegunFromOther,
  restoreUnfinished,
  restoreWithLeases,
} from "../../../blockers/restore-blockers.ts";
import { describeAddress } from "../../../connect/etcd-address.ts";
import { isQuorumLost } from "../../../members/quorum.ts";
import { earlierPassOf } from "../../../record/copy-marker.ts";
import { recordedEtcd } from "../../../record/recorded-etcd.ts";
import { isRestoreUnfinished, recordedOrigin } from "../../../record/restored-state.ts";
import { lastKnownOf } from "../../../restore/last-known.ts";
import { describeRestoreSource, parseRestoreSource } from "../../../restore/restore-source.ts";
import { newestSaved } from "../../../snapshot/schedule/run-report.ts";
import { describeLoss, knownLoss } from "../../../restore/what-is-lost.ts";
import { change } from "../../../wording/change.ts";
import { counted, listed } from "../../../wording/counted.ts";
import { describeFailure } from "../../../wording/describe-failure.ts";
import { isEtcdAlone, isServing, type MigrationPlan, type RestorePlan } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { StateFindings } from "../../../trident/state/check-state.ts";
import type { ReadSnapshot } from "../../read/restore.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";
import type { RestorableFrom } from "./ways-to-restore.ts";

/** Undefined where nothing is to be restored, and nothing was as it is asked for. */
export function planRestore(request: PlanRequest, facts: PlanFacts): Pick<MigrationPlan, "restore"> {
  const { restoreFrom: from } = request;
  if (from === undefined) return {};
  const { before, snapshot } = facts.restore ?? {};
  if (before !== undefined)
    return { restore: { from, isDone: true, remakesEtcd: false, finishedAt: before.finishedAt } };
  const summary = snapshot?.summary;
  return {
    restore: {
      ...{ from, isDone: false, remakesEtcd: isEtcdRemade(request, facts) },
      ...(snapshot === undefined ? {} : { snapshot: planSnapshot(snapshot) }),
      ...(summary === undefined
        ? {}
        : { keys: isAlone(facts) ? (snapshot?.allKeys ?? 0) : summary.keys, counts: summary.counts }),
      loss: lossText(request, facts),
    },
  };
}

function planSnapshot({
  file,
  savedAt,
  savedAtBy,
  etcdVersion,
  revision,
}: ReadSnapshot): RestorePlan["snapshot"] & object {
  return {
    ...{ file, savedAt, savedAtBy, revision: revision.toString() },
    ...(etcdVersion === undefined ? {} : { etcdVersion }),
  };
}

/** Whether a run is to restore something, or to end what it began. */
export function isRestoreWanted({ restoreFrom }: PlanRequest, { restore }: Pick<PlanFacts, "restore">): boolean {
  return restoreFrom !== undefined && (restore?.before === undefined || isRestoreUnfinished(restore.record));
}

/** Whether what Trident's state was recorded in is lost or emptied, and the restore makes up for it: the user's word names what is given up. */
export function isLossRestored(request: PlanRequest, facts: PlanFacts): boolean {
  if (!isRestoreWanted(request, facts) || !isAllowedIn(facts)) return false;
  const recorded = recordedEtcd(facts.record);
  if (recorded === undefined || request.abandonedEtcd === recorded.clusterId) return true;
  const { state } = facts;
  return state.destination?.status.clusterId === recorded.clusterId && state.destinationKeys === 0;
}

/** Whether the EtcdCluster is deleted and made anew, or was by a run that did not end. */
export function isEtcdRemade(request: PlanRequest, facts: PlanFacts): boolean {
  const { etcdCluster, members, record, restore } = facts;
  if (!isLossRestored(request, facts) || record?.etcdClusterId === undefined) return false;
  if (isRestoreUnfinished(restore?.record) && restore?.record?.etcdCluster !== undefined) return true;
  return etcdCluster !== undefined && members !== undefined && isQuorumLost(etcdCluster, members);
}

/** What there is to restore a lost etcd from, besides what its members have. */
export function restorableFrom(
  { legacyClaim, memberStorage }: PlanRequest,
  { record, restore, snapshots }: PlanFacts,
): RestorableFrom {
  const newest = restore?.available?.newest;
  const scheduled = newestSaved(snapshots?.runs ?? []);
  const isMigrated = restore?.hasLegacyClaim === true && record?.phase === "copied";
  return {
    ...(newest === undefined ? {} : { newest }),
    ...(memberStorage === undefined ? {} : { hasMemberClaims: true }),
    ...(scheduled === undefined
      ? {}
      : { scheduled: { file: scheduled.file, savedAt: scheduled.savedAt.toISOString() } }),
    ...(isMigrated && legacyClaim !== undefined ? { legacyClaim: legacyClaim.claim } : {}),
  };
}

export function checkRestore(request: PlanRequest, facts: PlanFacts): Findings {
  const { namespace, restoreFrom: from, record } = request;
  const { restore = {} } = facts;
  if (from === undefined) {
    const unfinished = isRestoreUnfinished(restore.record) ? recordedOrigin(restore.record) : undefined;
    return unfinished === undefined ? nothingFound : blockedBy(restoreUnfinished(namespace, record, unfinished.from));
  }
  if (!isRestoreWanted(request, facts)) return atRisk("knowledge", ...doneBefore(from, facts));
  const refusal = refusalOf(request, facts, from);
  if (refusal !== undefined) return blockedBy(refusal);
  return together(checkSnapshot(request, facts, from), atRisk("state", ...whatIsGivenUp(request, facts)));
}

function doneBefore(from: string, { restore }: PlanFacts): string[] {
  const at = restore?.before?.finishedAt ?? "";
  return [
    `${from} was restored on ${at}, and is not restored again: \`${change({ restoreFrom: undefined })}\` removes the setting.`,
  ];
}

/** Those in which an etcd without a state stands or comes to stand, and nothing else is to fill it. */
function isAllowedIn({ flow: { flow } }: PlanFacts): boolean {
  return isServing(flow) || flow === "install" || flow === "installEtcd";
}

function refusalOf(request: PlanRequest, facts: PlanFacts, from: string): Blocker | undefined {
  const { destination, prefix } = request;
  const remove = `To do without it: \`${change({ restoreFrom: undefined })}\``;
  if (destination.kind !== "managed") {
    const way = `\`trident-etcd copy --from-snapshot FILE\` does (docs/restoring-from-a-snapshot.md). ${remove}.`;
    return restoreBeside(`${describeAddress(destination)} is not this stack's own, which it does not restore`, way);
  }
  if (!isAllowedIn(facts)) {
    const { flow } = facts.flow;
    const what = flow === "migrate" || flow === "resume" ? "a migration is to bring the state" : `the flow is ${flow}`;
    const way = flow === "migrate" ? `; or without the migration: \`${change({ migrate: undefined })}\`` : "";
    return restoreBeside(`${what}, too (${facts.flow.why})`, `${remove}${way}.`);
  }
  const { destinationKeys = 0, destinationAllKeys, destination: there } = facts.state;
  const keys = isAlone(facts) ? (destinationAllKeys ?? destinationKeys) : destinationKeys;
  const begun = recordedOrigin(facts.restore?.record)?.from;
  const isHalfCopied = keys > 0 && there !== undefined && isHalfRestored(facts, there.status.clusterId);
  if (isHalfCopied && begun !== undefined && begun !== from)
    return restoreBegunFromOther(destination, { begun, asked: from });
  if (keys === 0 || there === undefined || isHalfCopied) return undefined;
  if (isRestoreUnfinished(facts.restore?.record) && facts.restore?.before !== undefined) return undefined;
  return restoreOverKeys(describeAddress(destination), keys, isAlone(facts) ? "key" : `key under ${prefix.text}`);
}

/** Whether what stands there is what a restore that did not end has copied. */
function isHalfRestored({ restore }: PlanFacts, clusterId: string): boolean {
  const record = restore?.record;
  if (record === undefined || !isRestoreUnfinished(record)) return false;
  return earlierPassOf(record, { source: "", destination: clusterId }) !== undefined;
}

function checkSnapshot(request: PlanRequest, facts: PlanFacts, from: string): Findings {
  const { failure, snapshot } = facts.restore ?? {};
  if (failure !== undefined) {
    const remedy = `Name what is to be restored with \`${change({ restoreFrom: "FILE" })}\`.`;
    return blockedBy({
      kind: "restoreSource",
      object: "restoreFrom",
      message: `${from} can't be restored: ${describeFailure(failure)}.`,
      remedy,
    });
  }
  if (snapshot === undefined) return checkFetched(request, facts, from);
  const { summary, allKeys, file } = snapshot;
  const keys = isAlone(facts) ? allKeys : summary.keys;
  if (keys === 0)
    return blockedBy(restoreEmptySource(from, file, isAlone(facts) ? "key" : `key under ${request.prefix.text}`));
  if (summary.leased.count > 0) return blockedBy(restoreWithLeases(file, summary.leased));
  return atRisk("state", ...(isAlone(facts) ? [] : ofTrident(snapshot)));
}

/** What of it Trident would stumble over or miss: there may be nothing better to restore. */
function ofTrident({ summary, allKeys, file }: ReadSnapshot): string[] {
  const { findings, transactions, keys } = summary;
  const missing = [findings.withoutBackend, findings.withoutClass].filter(({ count }) => count > 0);
  return [
    ...missing.map(
      (each) =>
        `In the snapshot, ${counted(each.count, "volume names", "volumes name")} what is not in it (${namesOf(each)}): a Trident does not start on that.`,
    ),
    ...(transactions.count === 0
      ? []
      : [
          `In the snapshot, ${counted(transactions.count, "transaction")} of Trident are open: Trident takes up or undoes that work.`,
        ]),
    ...(allKeys === keys
      ? []
      : [
          `The snapshot has ${counted(allKeys - keys, "key")} beside Trident's, which are not restored; \`trident-etcd copy --from-snapshot ` +
            `${file} --prefix PREFIX\` brings them back.`,
        ]),
  ];
}

function namesOf({ count, first }: StateFindings["withoutBackend"]): string {
  return listed({ count, first: first.map(({ volume, what, name }) => `volume ${volume}, ${what} ${name}`) });
}

/** From the cluster, once the run has it. */
function checkFetched(request: PlanRequest, facts: PlanFacts, from: string): Findings {
  const { kind } = parseRestoreSource(from);
  if (request.snapshotDirectory === "") {
    return blockedBy(
      restoreBeside(
        `snapshotDirectory is empty: ${from} is kept as a file first, so that it outlives what it is in`,
        `Name a folder with \`${change({ snapshotDirectory: "PATH" })}\`, or restore from a file.`,
      ),
    );
  }
  if (kind === "legacyClaim" && facts.restore?.hasLegacyClaim !== true) {
    const claim = request.legacyClaim?.claim ?? "";
    const message = `PersistentVolumeClaim ${claim}, which is to have an old Trident's state, is not in namespace ${request.namespace}.`;
    const remedy = `Name the claim with \`${change({ legacyClaim: "NAME" })}\`, or restore a snapshot: \`${change({ restoreFrom: "FILE" })}\`.`;
    return blockedBy({ kind: "restoreSource", object: `PersistentVolumeClaim/${claim}`, message, remedy });
  }
  if (facts.restore?.hasSnapshotClaim === false) {
    const claim = request.restoreClaim ?? "";
    const message = `PersistentVolumeClaim ${claim}, on which the snapshot is to be, is not in namespace ${request.namespace}.`;
    const remedy = `Name the claim with \`${change({ snapshotClaim: "NAME" })}\`, or a file: \`${change({ restoreFrom: "FILE" })}\`.`;
    return blockedBy({ kind: "restoreSource", object: `PersistentVolumeClaim/${claim}`, message, remedy });
  }
  if (kind !== "member") return nothingFound;
  const answering = (facts.members ?? []).some((each) => each.kind === "answers");
  if (answering || request.memberStorage !== undefined) return nothingFound;
  const message = "What a member has is to be restored, and none of the etcd's members answers.";
  const remedy = `Restore a snapshot instead: \`${change({ restoreFrom: "FILE" })}\`.`;
  return blockedBy({ kind: "restoreSource", object: "restoreFrom", message, remedy });
}

function whatIsGivenUp(request: PlanRequest, facts: PlanFacts): string[] {
  const { etcdClusterId: lost } = facts.record ?? {};
  const { besideClaims: claims = [] } = facts.flow;
  const remakes = isEtcdRemade(request, facts);
  return [
    ...(remakes
      ? [
          `Etcd cluster ${lost ?? ""}, whose quorum is lost, is given up, as was asked for: EtcdCluster is deleted with what its members have, and made anew.`,
        ]
      : []),
    ...claims.map(
      (claim) =>
        `PersistentVolumeClaim ${claim} has an old Trident's state, which is left as it is: Trident begins with what is restored.`,
    ),
  ];
}

function lossText({ restoreFrom = "" }: PlanRequest, { record, members = [], restore, snapshots }: PlanFacts): string {
  const snapshot = restore?.snapshot;
  const scheduled = newestSaved(snapshots?.runs ?? []);
  const last = lastKnownOf(record, members, scheduled);
  if (snapshot !== undefined) return describeLoss(knownLoss(snapshot, last), last);
  const source = parseRestoreSource(restoreFrom);
  if (source.kind === "member") {
    return (
      "A surviving member has what it knew to be decided. It may lack what was written in the last moments before the others went (up to " +
      "100 ms, as long as the next word of its leader takes); of one whose claim alone is left, what only its log had is lost, too (up to 100 ms)."
    );
  }
  return `What was written after ${describeRestoreSource(source)} is lost; how much that is shows once the run has read it.`;
}

function isAlone({ flow }: PlanFacts): boolean {
  return isEtcdAlone(flow.flow);
}
