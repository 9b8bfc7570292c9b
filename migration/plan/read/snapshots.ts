import type { V1CronJob, V1Pod } from "@kubernetes/client-node";
import type { EtcdAddress } from "../../connect/etcd-address.ts";
import { cronJobApi, type ClusterApis } from "../../kubernetes/cluster-apis.ts";
import { managedByLabel, managedByValue } from "../../kubernetes/ownership.ts";
import { troubleInStatus } from "../../kubernetes/pod-trouble.ts";
import { readRunReport, type RunReport } from "../../snapshot/schedule/run-report.ts";
import { scheduledSnapshots } from "../../snapshot/schedule/schedule-names.ts";
import type { SnapshotRequest } from "../plan-request.ts";
import { readClaimStorage, type ClaimStorage } from "./claim-storage.ts";
import type { ClusterReader } from "./cluster-reader.ts";

/** What there is of an etcd's snapshots by schedule. */
export interface SnapshotFacts {
  readonly claimName: string;
  readonly storage: ClaimStorage;
  /** Whether the class that is asked for is not there, as far as one may look. */
  readonly lacksClass: boolean;
  readonly cronJob: V1CronJob | undefined;
  /** That are still remembered, the newest first. */
  readonly runs: readonly ScheduledRun[];
}

/** A run that has come to something; one that is under way is left out. */
export type ScheduledRun = RunReport & {
  /** When it ended, or began to wait. */
  readonly at: Date;
};

/** Undefined for an etcd that is not the stack's own, and where nothing is wanted or left of any schedule. */
export async function readSnapshots(
  reader: Pick<ClusterReader, "read" | "list" | "refusalOf">,
  { namespace, destination, snapshots }: { namespace: string; destination: EtcdAddress; snapshots?: SnapshotRequest },
  apis: ClusterApis,
): Promise<SnapshotFacts | undefined> {
  if (destination.kind !== "managed") return undefined;
  const { objectName, component } = scheduledSnapshots(destination.etcdCluster);
  const claimName = snapshots?.claim ?? objectName;
  const nothing = { claimName, lacksClass: false, cronJob: undefined, runs: [] };
  if (snapshots === undefined) {
    const claim = await reader.read(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/${claimName}`);
    if (claim === undefined) return undefined;
    return { ...nothing, storage: { claim: claim as object, volume: undefined, storageClass: undefined } };
  }
  const selector = `${managedByLabel}=${managedByValue},app.kubernetes.io/component=${component}`;
  const { storageClass } = snapshots;
  const [storage, cronJob, pods] = await Promise.all([
    readClaimStorage(reader, namespace, { claim: claimName, storageClass }),
    reader.read(`/apis/${cronJobApi(apis)}/namespaces/${namespace}/cronjobs/${objectName}`),
    reader.list(`/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`),
  ]);
  const isSeen = reader.refusalOf(`/apis/storage.k8s.io/v1/storageclasses/${storageClass}`) === undefined;
  const runs = ((pods ?? []) as readonly object[] as readonly V1Pod[]).flatMap(runOfPod);
  return {
    ...{ claimName, storage, cronJob: cronJob as V1CronJob | undefined },
    lacksClass: storageClass !== "" && storage.claim === undefined && storage.storageClass === undefined && isSeen,
    runs: runs.sort((one, other) => other.at.getTime() - one.at.getTime()),
  };
}

/** None of a pod that runs, or is about to. */
export function runOfPod(pod: V1Pod): ScheduledRun[] {
  const { phase, message, reason } = pod.status ?? {};
  const ended = pod.status?.containerStatuses?.[0]?.state?.terminated;
  const at = new Date(ended?.finishedAt ?? pod.metadata?.creationTimestamp ?? 0);
  const report = readRunReport(ended?.message);
  if (phase === "Succeeded") return report?.outcome === "saved" ? [{ ...report, at }] : [];
  if (phase === "Failed") {
    if (report?.outcome === "failed") return [{ ...report, at }];
    const why = [reason, message ?? lastLine(ended?.message)].filter((each) => (each ?? "") !== "").join(": ");
    return [{ outcome: "failed", at, reason: why === "" ? `exit code ${ended?.exitCode ?? "unknown"}` : why }];
  }
  const trouble = phase === "Pending" ? troubleInStatus(pod) : undefined;
  return trouble === undefined ? [] : [{ outcome: "failed", at, reason: trouble.reason }];
}

function lastLine(text = ""): string {
  return (text.trim().split("\n").at(-1) ?? "").slice(0, 300);
}
