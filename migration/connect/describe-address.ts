import type { EtcdAddress, EtcdClusterAddress } from "./etcd-address.ts";

export function isEtcdCluster(address: EtcdAddress): address is EtcdClusterAddress {
  return "etcdCluster" in address;
}

/** Such as `EtcdCluster trident-etcd`, or `the etcd at https://etcd.example.com:2379`. */
export function describeAddress(address: EtcdAddress): string {
  return isEtcdCluster(address) ? `EtcdCluster ${address.etcdCluster}` : `the etcd at ${address.endpoints.join(", ")}`;
}
