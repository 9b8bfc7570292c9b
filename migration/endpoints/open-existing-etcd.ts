import { isIP } from "node:net";
import type { CertificateMaterial } from "../etcd/client-certificate.ts";
import { connectEtcd, type EtcdTarget } from "../etcd/etcd-store.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import type { Patience } from "../kubernetes/wait-until.ts";
import { openNamedStore, type OpenStore } from "../stores/forwarded-store.ts";
import { readClientSecret } from "./client-secret.ts";
import { readCredentials, type Credentials } from "./credentials-secret.ts";
import { parseEndpointUrl, type EndpointUrl } from "./endpoint-url.ts";
import type { ExistingEtcdAddress } from "./etcd-address.ts";

/** How one identifies oneself to an etcd. */
export interface EtcdIdentity {
  /** Absent only for plaintext. */
  readonly tls?: CertificateMaterial;
  readonly credentials?: Credentials;
}

/** An etcd that is not the stack's own, as its Secrets say. Raises ClientSecretError, CredentialsSecretError, and the store's error. */
export async function openExistingEtcd(
  cluster: ClusterClient,
  address: ExistingEtcdAddress,
  _waiting: Patience,
): Promise<OpenStore> {
  const identity = await readIdentity(cluster, address);
  const target = targetOf(address.endpoints.map(parseEndpointUrl), identity);
  const way = { lastFailure: () => undefined, close: () => Promise.resolve() };
  const store = openNamedStore(describeEtcd(address.endpoints), connectEtcd(target), way);
  try {
    await store.status();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function readIdentity(cluster: ClusterClient, address: ExistingEtcdAddress): Promise<EtcdIdentity> {
  const { namespace, clientSecret, credentialsSecret } = address;
  return {
    ...(clientSecret === undefined ? {} : { tls: await readClientSecret(cluster, namespace, clientSecret) }),
    ...(credentialsSecret === undefined
      ? {}
      : { credentials: await readCredentials(cluster, namespace, credentialsSecret) }),
  };
}

export function describeEtcd(endpoints: readonly string[]): string {
  return `the etcd at ${endpoints.join(", ")}`;
}

function targetOf(endpoints: readonly EndpointUrl[], { tls, credentials }: EtcdIdentity): EtcdTarget {
  return {
    addresses: endpoints.map(({ host, port }) => ({ host, port, ...(isIP(host) === 0 ? { serverName: host } : {}) })),
    ...(tls === undefined ? {} : { tls }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}
