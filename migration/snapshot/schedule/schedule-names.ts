/** What an etcd's scheduled snapshots go by on the cluster. */
export interface ScheduleNames {
  /** Of the CronJob, and of the claim that is made for it. */
  readonly objectName: string;
  /** `app.kubernetes.io/component` of these and of the pods. */
  readonly component: string;
}

export function scheduledSnapshots(etcdCluster: string): ScheduleNames {
  return { objectName: `${etcdCluster}-snapshots`, component: "snapshots" };
}
