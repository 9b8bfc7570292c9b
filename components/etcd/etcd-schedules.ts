import * as pulumi from "@pulumi/pulumi";

import { clusterChoice, type ClusterChoice } from "../cluster-of.ts";
import { createDefragmentationSchedule, type DefragmentationSettings } from "./defragmentation-schedule.ts";
import type { EtcdClusterArgs } from "./etcd-cluster.ts";
import { etcdctlPods } from "./etcdctl-cron-job.ts";
import { SnapshotSchedule, type SnapshotSettings } from "./snapshot-schedule.ts";

/** What is done to an etcd by CronJobs with its own image. */
export interface EtcdSchedules {
  /**
   * Snapshots that are saved by schedule, onto a claim that is kept.
   * @default none
   */
  readonly snapshots?: SnapshotSettings;
  /**
   * When members are defragmented for which it pays, by a CronJob.
   * @default never
   */
  readonly defragmentation?: DefragmentationSettings;
}

/** The etcd, as these reach it. */
export interface ScheduledEtcd
  extends ClusterChoice,
    Pick<EtcdClusterArgs, "namespace" | "repository" | "version" | "userId" | "apis"> {
  readonly clusterName: string;
  readonly etcdClientEndpoint: pulumi.Input<string>;
  readonly clientSecretName: pulumi.Input<string>;
}

/** The labels of pods that members have to let in for it; none where nothing is done by schedule. */
export function scheduledPods({ snapshots, defragmentation }: EtcdSchedules): (typeof etcdctlPods)[] {
  return snapshots === undefined && defragmentation === undefined ? [] : [etcdctlPods];
}

/** Below the parent: they are its parts from the first version on that has them. */
export function createSchedules(
  parent: pulumi.Resource,
  names: { readonly snapshotSchedule: string; readonly defragmentationSchedule: string },
  { snapshots, defragmentation }: EtcdSchedules,
  etcd: ScheduledEtcd,
): void {
  const args = scheduleArgs(etcd);
  if (snapshots !== undefined) {
    new SnapshotSchedule(names.snapshotSchedule, { ...clusterChoice(etcd), ...snapshots, ...args }, { parent });
  }
  if (defragmentation !== undefined) {
    createDefragmentationSchedule(names.defragmentationSchedule, { ...args, ...defragmentation }, { parent });
  }
}

function scheduleArgs(etcd: ScheduledEtcd) {
  const { namespace, clusterName, clientSecretName, etcdClientEndpoint, apis, userId } = etcd;
  const { repository = "quay.io/coreos/etcd", version = "3.4.22" } = etcd;
  return {
    ...{ namespace, clusterName, clientSecretName, etcdClientEndpoint },
    image: pulumi.interpolate`${repository}:v${version}`,
    ...(userId === "assigned" ? { userIsAssigned: true } : {}),
    ...(apis === undefined ? {} : { apis }),
  };
}
