import type { V1CronJob } from "@kubernetes/client-node";
import type { ManagedAddress } from "../connect/etcd-address.ts";
import { chooseApis, cronJobApi, discoverApis } from "../kubernetes/cluster-apis.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";
import { managedByLabel, managedByValue } from "../kubernetes/ownership.ts";
import { listPods } from "../kubernetes/pods.ts";
import { runOfPod } from "../plan/read/snapshots.ts";
import { newestSaved } from "../snapshot/schedule/run-report.ts";
import { scheduledSnapshots } from "../snapshot/schedule/schedule-names.ts";
import type { ScheduledSnapshots } from "./etcd-status.ts";

/** What the CronJob that saves snapshots has come to; undefined where there is none. Raises what the cluster does. */
export async function readScheduled(
  cluster: ClusterClient,
  { namespace, etcdCluster }: ManagedAddress,
): Promise<ScheduledSnapshots | undefined> {
  const { objectName, component } = scheduledSnapshots(etcdCluster);
  const read = async (path: string): Promise<object | undefined> => {
    try {
      return (await cluster.requestJson({ method: "GET", path })) as object;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  const apis = chooseApis(await discoverApis(read));
  const cronJob = (await read(`/apis/${cronJobApi(apis)}/namespaces/${namespace}/cronjobs/${objectName}`)) as
    | V1CronJob
    | undefined;
  if (cronJob?.spec === undefined) return undefined;
  const { schedule } = cronJob.spec;
  const pods = await listPods(
    cluster,
    namespace,
    `${managedByLabel}=${managedByValue},app.kubernetes.io/component=${component}`,
  );
  const runs = pods.flatMap(runOfPod).sort((one, other) => other.at.getTime() - one.at.getTime());
  const saved = newestSaved(runs);
  const [newest] = runs;
  return {
    schedule,
    since: new Date(cronJob.metadata?.creationTimestamp ?? 0),
    ...(saved === undefined ? {} : { last: { file: saved.file, at: saved.savedAt } }),
    ...(newest?.outcome === "failed" ? { failure: newest.reason } : {}),
  };
}
