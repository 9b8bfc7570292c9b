import type { EtcdAddress } from "./etcd-address.ts";

/** What a migration's inputs may say of its destination. */
export interface DestinationInputs {
  readonly namespace: string;
  readonly destination?: EtcdAddress;
  /** Up to version 0.1, which knew only EtcdClusters. */
  readonly etcdCluster?: string;
  readonly clientSecret?: string;
}

/** Where a migration went, also one whose inputs an older version of this program recorded. */
export function destinationOf(inputs: DestinationInputs): EtcdAddress {
  const { namespace, destination, etcdCluster, clientSecret } = inputs;
  if (destination !== undefined) return destination;
  if (etcdCluster === undefined || clientSecret === undefined) {
    throw new Error(`The migration in namespace ${namespace} has no destination among its recorded inputs.`);
  }
  return { namespace, etcdCluster, clientSecret };
}
