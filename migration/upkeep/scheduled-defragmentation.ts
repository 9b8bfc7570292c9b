/** What a scheduled defragmentation of an EtcdCluster goes by: its CronJob's name, and the label of its pods. */
export function scheduledDefragmentation(etcdCluster: string): {
  readonly objectName: string;
  readonly component: string;
} {
  return { objectName: `${etcdCluster}-defragmentation`, component: "defragmentation" };
}
