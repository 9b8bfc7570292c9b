/** The port on which the etcd-operator's members take clients. */
export const memberClientPort = 2379;

/** The labels that the etcd-operator gives its members. */
export function membersOf(etcdCluster: string): string {
  return `app=etcd,etcd_cluster=${etcdCluster}`;
}

/** The Service by which clients reach them. */
export function clientServiceOf(etcdCluster: string): string {
  return `${etcdCluster}-client`;
}

/** The name that every member's certificate is for: that of the Service for clients. */
export function memberServerName({ namespace, etcdCluster }: { namespace: string; etcdCluster: string }): string {
  return `${clientServiceOf(etcdCluster)}.${namespace}.svc`;
}

/** How many of so many members decide. */
export function majorityOf(members: number): number {
  return Math.floor(members / 2) + 1;
}
