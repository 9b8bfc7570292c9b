/** The names that Trident's own installer gives to what it creates; a cluster can hold one Trident only. */
export const legacyTrident = {
  deployment: "trident",
  serviceAccount: "trident",
  clusterRole: "trident",
  persistentVolumeClaim: "trident",
  label: { app: "trident.netapp.io" },
  labelSelector: "app=trident.netapp.io",
  tridentContainer: "trident-main",
  etcdContainer: "etcd",
  /** Both are bound to the pod's loopback. */
  restPort: 8000,
  etcdPort: 8001,
} as const;
