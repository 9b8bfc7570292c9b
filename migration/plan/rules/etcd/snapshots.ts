import type { Blocker } from "../../../blockers/blocker.ts";
import type { KeptThing } from "../../../destroy/kept-report.ts";
import { parseQuantity } from "../../../kubernetes/quantity.ts";
import { longestPauseSeconds, parseCronSchedule } from "../../../snapshot/schedule/cron-schedule.ts";
import { newestSaved } from "../../../snapshot/schedule/run-report.ts";
import { change } from "../../../wording/change.ts";
import { describeDuration } from "../../../wording/describe-amount.ts";
import type { SnapshotPlan } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest, SnapshotRequest } from "../../plan-request.ts";
import type { SnapshotFacts } from "../../read/snapshots.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";
import { dependentStorage } from "./dependent-storage.ts";

type Request = Pick<PlanRequest, "namespace" | "snapshots" | "trident">;
type Facts = Pick<PlanFacts, "snapshots" | "now">;

/** Undefined where there is neither a schedule nor what one has left. */
export function planSnapshots({ snapshots: wanted }: Request, { snapshots: found }: Facts): SnapshotPlan | undefined {
  if (found === undefined) return undefined;
  const { claimName: claim, storage } = found;
  if (wanted === undefined) return { claim };
  const [last, failure] = [newestSaved(found.runs), lastFailure(found)];
  const { schedule, keep, keepDays } = wanted;
  return {
    ...{ claim, schedule, keep, keepDays },
    ...(storage.claim === undefined && wanted.claim === undefined ? { makesClaim: true as const } : {}),
    ...(last === undefined
      ? {}
      : {
          last: { name: last.file, at: last.savedAt.toISOString(), revision: last.revision, bytes: last.bytes },
        }),
    ...(failure === undefined ? {} : { lastFailure: { at: failure.at.toISOString(), reason: failure.reason } }),
  };
}

/** Only of a run after which nothing was saved. */
function lastFailure({ runs: [newest] }: SnapshotFacts) {
  return newest?.outcome === "failed" ? newest : undefined;
}

/** Whether what is wanted can be had, and whether what is there does what it is for. */
export function checkSnapshots(request: Request, { snapshots: found, now }: Facts): Findings {
  const { snapshots: wanted } = request;
  if (wanted === undefined || found === undefined) return nothingFound;
  return together(
    checkStorage(request, wanted, found),
    checkSize(request, wanted, found),
    checkRuns(request.namespace, wanted, found, now),
  );
}

function checkStorage({ namespace, trident }: Request, wanted: SnapshotRequest, found: SnapshotFacts): Findings {
  const { claimName, storage, lacksClass } = found;
  const classes = "`kubectl get storageclasses` lists those that there are";
  const first =
    storage.claim === undefined
      ? ""
      : `, once nothing on PersistentVolumeClaim ${claimName} is needed and it is deleted`;
  const another =
    `Have a claim made of another StorageClass, \`${change({ snapshotStorageClass: "CLASS" })}\` (${classes})${first}; or name one of ` +
    `yours on other storage, \`${change({ snapshotClaim: "NAME" })}\`.`;
  // An etcd alone depends on no Trident, and no Trident on it.
  const dependent =
    trident === false ? undefined : dependentStorage(storage, { what: "The snapshots of etcd", remedy: another });
  return blockedBy(
    ...(dependent === undefined ? [] : [dependent]),
    ...problemsOfClaim(wanted, found).map(
      (problem): Blocker => ({
        kind: "snapshotClaim",
        object: `PersistentVolumeClaim/${claimName}`,
        message: `The snapshots of etcd are to be saved on PersistentVolumeClaim ${claimName} in namespace ${namespace}, and it ${problem}.`,
        remedy:
          `Name one that is there, \`${change({ snapshotClaim: "NAME" })}\` (\`kubectl --namespace ${namespace} get persistentvolumeclaims\`), or ` +
          `have one made, \`${change({ snapshotClaim: undefined })}\`.`,
      }),
    ),
    ...(lacksClass
      ? [
          {
            kind: "snapshotClaim",
            object: `StorageClass/${wanted.storageClass}`,
            message: `A claim for the snapshots of etcd is to be made of StorageClass ${wanted.storageClass}, and there is none of that name.`,
            remedy: `Name another one, \`${change({ snapshotStorageClass: "CLASS" })}\`: ${classes}.`,
          } as const,
        ]
      : []),
  );
}

/** One that is not bound yet may wait for its first pod. */
function problemsOfClaim({ claim: given }: SnapshotRequest, { storage }: SnapshotFacts): string[] {
  const { claim } = storage;
  if (claim === undefined) return given === undefined ? [] : ["is not there"];
  if (claim.metadata?.deletionTimestamp !== undefined) return ["is being deleted"];
  if (claim.status?.phase === "Lost") return [`has lost its PersistentVolume ${claim.spec?.volumeName ?? ""}`];
  const modes = claim.spec?.accessModes ?? [];
  if (modes.length > 0 && modes.every((mode) => mode === "ReadOnlyMany")) return ["can only be read from"];
  return claim.spec?.volumeMode === "Block" ? ["is a block device, which has no files"] : [];
}

/** Of one that is there nothing is changed. */
function checkSize({ namespace }: Request, wanted: SnapshotRequest, { storage, claimName }: SnapshotFacts): Findings {
  const has = storage.claim?.spec?.resources?.requests?.storage;
  if (wanted.claim !== undefined || has === undefined) return nothingFound;
  if (parseQuantity(has) >= parseQuantity(wanted.storageSize)) return nothingFound;
  const patch = JSON.stringify({ spec: { resources: { requests: { storage: wanted.storageSize } } } });
  return atRisk(
    "service",
    `PersistentVolumeClaim ${claimName}, which is there, has ${has} and is used as it is, though ${wanted.storageSize} is asked for. ` +
      `Where its storage can grow: \`kubectl --namespace ${namespace} patch persistentvolumeclaim ${claimName} --patch '${patch}'\`.`,
  );
}

function checkRuns(namespace: string, { schedule }: SnapshotRequest, found: SnapshotFacts, now: Date): Findings {
  const { cronJob, claimName } = found;
  if (cronJob === undefined) return nothingFound;
  const name = cronJob.metadata?.name ?? "";
  const [last, failure] = [newestSaved(found.runs), lastFailure(found)];
  const why = failure === undefined ? "" : ` The last run failed: ${failure.reason}.`;
  const see = ` See \`kubectl --namespace ${namespace} get cronjobs,jobs,pods --selector app.kubernetes.io/component=snapshots\`.`;
  const suspended =
    cronJob.spec.suspend === true
      ? atRisk(
          "state",
          `CronJob ${name} is suspended: no snapshots of etcd are saved. To go on: \`kubectl --namespace ${namespace} patch cronjob ${name} --patch ` +
            `'{"spec":{"suspend":false}}'\`.`,
        )
      : nothingFound;
  const age = secondsSince(last?.savedAt ?? cronJob.metadata?.creationTimestamp ?? now, now);
  const interval = intervalOf(schedule);
  if (interval !== undefined && age > 2 * interval) {
    const what =
      last === undefined
        ? `No snapshot of etcd is known to have been saved since CronJob ${name} was made ${describeDuration(age)} ago`
        : `The last good snapshot of etcd on PersistentVolumeClaim ${claimName}, ${last.file}, is ${describeDuration(age)} old`;
    return together(
      suspended,
      atRisk("state", `${what}: more than two intervals of its schedule (${schedule}).${why}${see}`),
    );
  }
  return together(
    suspended,
    failure === undefined
      ? nothingFound
      : atRisk("state", `No snapshot of etcd was saved at ${failure.at.toISOString()}.${why}${see}`),
  );
}

/** Of the library's users the schedule may be one that this program can't read. */
function intervalOf(schedule: string): number | undefined {
  try {
    return longestPauseSeconds(parseCronSchedule(schedule));
  } catch {
    return undefined;
  }
}

/** Kubernetes' times are texts in what it serves. */
function secondsSince(time: Date | string, now: Date): number {
  return Math.max(0, (now.getTime() - new Date(time).getTime()) / 1000);
}

/** What a destroy leaves of it, and what the end of the schedule leaves. */
export function keptSnapshotClaim(namespace: string, plan: Pick<SnapshotPlan, "claim"> | undefined): KeptThing[] {
  if (plan === undefined) return [];
  return [
    {
      what: `PersistentVolumeClaim ${plan.claim}, with the snapshots of etcd that were saved by schedule, which hold passwords`,
      command: `kubectl --namespace ${namespace} delete persistentvolumeclaim ${plan.claim}`,
      look: { path: `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${plan.claim}` },
    },
  ];
}
