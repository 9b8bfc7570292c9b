/** Where an etcd is, and how to identify oneself to it. Names only: certificates and passwords are read from Secrets where they are used. */
export type EtcdAddress = EtcdClusterAddress | ExistingEtcdAddress;

/** One that the etcd-operator runs; reached through one of its ready members. */
export interface EtcdClusterAddress {
  readonly namespace: string;
  readonly etcdCluster: string;
  readonly clientSecret: string;
}

/** Any other, reached from here or through a pod for the time being. */
export interface ExistingEtcdAddress {
  /** Of the Secrets, and of the pod. */
  readonly namespace: string;
  /** URLs of members of one cluster, such as https://etcd.example.com:2379; http:// means plaintext. */
  readonly endpoints: readonly string[];
  /** With the keys etcd-client-ca.crt, etcd-client.crt, etcd-client.key; absent only for plaintext. */
  readonly clientSecret?: string;
  /** With the keys username and password. */
  readonly credentialsSecret?: string;
  /** @default "auto": directly if that can be done, else through a pod */
  readonly reach?: "auto" | "direct" | "pod";
  /** An image with etcd in it, for that pod, which runs `etcd gateway` (a TCP relay: TLS passes through end to end). */
  readonly gatewayImage?: string;
}
