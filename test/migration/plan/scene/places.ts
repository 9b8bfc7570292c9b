/** Of the legacy Trident, and then of the stack's. */
export const deploymentPath = "/apis/apps/v1/namespaces/trident/deployments/trident";
/** A migration's own. */
export const newTridentPath = "/apis/apps/v1/namespaces/trident/deployments/trident-external-etcd";
export const claimsPath = "/api/v1/namespaces/trident/persistentvolumeclaims";
export const etcdClusterPath = "/apis/etcd.database.coreos.com/v1beta2/namespaces/trident/etcdclusters/trident-etcd";
export const leasePath = "/apis/coordination.k8s.io/v1/namespaces/trident/leases/trident-etcd-migration";
export const secrets = "/api/v1/namespaces/trident/secrets";
/** Of an etcd that is not the stack's own. */
export const endpoint = "https://etcd.example.com:2379";

/** What this program has made. */
export const ours = { labels: { "app.kubernetes.io/managed-by": "trident-etcd" } };
export const emptyRecord = { namespace: "trident", name: "trident-etcd-migration", uid: "u" };
