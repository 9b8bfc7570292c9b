import type { PodPlacement, PodSettings } from "../kubernetes/pod-settings.ts";
import type { KeyPrefix } from "../copy/store/key-range.ts";

/**
 * Where an etcd is, and how to identify oneself to it, as users give it and stacks' state has it. Names only: certificates and
 * passwords are read from Secrets where they are used.
 */
export type GivenAddress = EtcdClusterAddress | ExistingEtcdAddress;

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
  /** What that pod is given besides, so that it can be pulled and placed. */
  readonly gatewayPod?: GatewayPodSettings;
}

export type GatewayPodSettings = PodPlacement & Pick<PodSettings, "resources">;

/** The same with its kind: made of a given one where a request comes in, and never recorded. */
export type EtcdAddress = ManagedAddress | ExistingAddress;

export interface ManagedAddress extends EtcdClusterAddress {
  readonly kind: "managed";
}

export interface ExistingAddress extends ExistingEtcdAddress {
  readonly kind: "existing";
}

export function etcdAddress(given: GivenAddress): EtcdAddress {
  return "etcdCluster" in given ? { kind: "managed", ...given } : { kind: "existing", ...given };
}

/** What a migration's inputs may say of its destination. */
export interface DestinationInputs {
  readonly namespace: string;
  readonly destination?: GivenAddress;
  /** Up to version 0.1, which knew only EtcdClusters. */
  readonly etcdCluster?: string;
  readonly clientSecret?: string;
}

/** Where a migration went, also one whose inputs an older version of this program recorded. */
export function destinationOf(inputs: DestinationInputs): EtcdAddress {
  const { namespace, destination, etcdCluster, clientSecret } = inputs;
  if (destination !== undefined) return etcdAddress(destination);
  if (etcdCluster === undefined || clientSecret === undefined) {
    throw new Error(`The migration in namespace ${namespace} has no destination among its recorded inputs.`);
  }
  return { kind: "managed", namespace, etcdCluster, clientSecret };
}

/** Such as `EtcdCluster trident-etcd`, or `the etcd at https://etcd.example.com:2379`. */
export function describeAddress(address: EtcdAddress): string {
  switch (address.kind) {
    case "managed":
      return `EtcdCluster ${address.etcdCluster}`;
    case "existing":
      return `the etcd at ${address.endpoints.join(", ")}`;
  }
}

/** What a blocker names: an object as `Kind/name`, or `existing etcd`. */
export function objectOf(address: EtcdAddress): string {
  switch (address.kind) {
    case "managed":
      return `EtcdCluster/${address.etcdCluster}`;
    case "existing":
      return "existing etcd";
  }
}

/** Alike for all who mean the same etcd by the same names, in whatever order. */
export function namesOf(address: EtcdAddress): string[] {
  switch (address.kind) {
    case "managed":
      return [address.etcdCluster];
    case "existing":
      return [...address.endpoints].sort();
  }
}

/** Whether a URL, such as a Trident is told, is of this etcd. */
export function isClientUrlOf(address: EtcdAddress, url: string): boolean {
  switch (address.kind) {
    case "managed":
      return url.startsWith(`https://${address.etcdCluster}-client`);
    case "existing":
      return address.endpoints.includes(url);
  }
}

/** The command with which a person removes what is below the prefix; the files are that person's own. */
export function deletionCommand(endpoints: readonly string[], prefix: KeyPrefix): string {
  const flags = endpoints.some((endpoint) => endpoint.startsWith("https:"))
    ? " --cacert=CA.crt --cert=CLIENT.crt --key=CLIENT.key"
    : "";
  return `ETCDCTL_API=3 etcdctl --endpoints=${endpoints.join(",")}${flags} del --prefix ${prefix.text}`;
}
