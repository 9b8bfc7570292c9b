/** An etcd cluster that the etcd-operator runs: the names of its members and Services derive from these. */
export interface MemberPlace {
  readonly clusterName: string;
  readonly namespace: string;
  /** The DNS domain of the Kubernetes cluster, such as `cluster.local`. */
  readonly clusterDomain: string;
}

/** By which a member is reached: clients use the client Service, members and the operator its own name, probes localhost. */
export function serverNames(place: MemberPlace): string[] {
  const { clusterName, namespace, clusterDomain } = place;
  return [
    ...peerNames(place),
    `${clusterName}-client`,
    `${clusterName}-client.${namespace}.svc`,
    `${clusterName}-client.${namespace}.svc.${clusterDomain}`,
    "localhost",
  ];
}

/** etcd looks up the name of a peer from its address, which gives the name with the cluster's domain. */
export function peerNames({ clusterName, namespace, clusterDomain }: MemberPlace): string[] {
  return [`*.${clusterName}.${namespace}.svc`, `*.${clusterName}.${namespace}.svc.${clusterDomain}`];
}
