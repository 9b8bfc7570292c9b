/** Of the EtcdCluster resource, as in `apiVersion`. */
export const etcdClusterApiVersion = "etcd.database.coreos.com/v1beta2";
/** What the API server says of it, to whoever may ask what it serves. */
export const etcdClusterApiPath = `/apis/${etcdClusterApiVersion}`;
/** Of all namespaces. */
export const allEtcdClustersPath = `${etcdClusterApiPath}/etcdclusters`;

export function etcdClustersPath(namespace: string): string {
  return `${etcdClusterApiPath}/namespaces/${namespace}/etcdclusters`;
}
