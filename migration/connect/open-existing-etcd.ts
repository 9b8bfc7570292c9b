import { isIP } from "node:net";
import type { KeyRange } from "../copy/store/key-value-store.ts";
import type { CertificateMaterial } from "../certificates/client-certificate.ts";
import { EtcdUnreachableError } from "../etcd/errors.ts";
import { connectEtcd, type MemberAnswer } from "../etcd/etcd-store.ts";
import type { EtcdTarget } from "../etcd/etcd-target.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../kubernetes/wait-until.ts";
import { openNamedStore, type OpenStore } from "./open-store.ts";
import { readClientSecret } from "./client-secret.ts";
import { readCredentials, type Credentials } from "./credentials-secret.ts";
import { parseEndpointUrl, type EndpointUrl } from "./endpoint-url.ts";
import { NoGatewayImageError, NotReachedFromHereError } from "./errors.ts";
import type { ExistingEtcdAddress } from "./etcd-address.ts";
import { openGateway, type Gateway } from "./open-gateway.ts";
import { whyNoConnection } from "./tcp-connection.ts";

/** How one identifies oneself to an etcd. */
export interface EtcdIdentity {
  /** Absent only for plaintext. */
  readonly tls?: CertificateMaterial;
  readonly credentials?: Credentials;
}

/** An etcd that is not the stack's own, with what there is to ask it before it is used. */
export interface ExistingEtcd extends OpenStore {
  readonly endpoints: readonly string[];
  /** The pod that it is reached through; absent when it is reached directly. */
  readonly pod?: string;
  /** In the order of the endpoints. */
  memberAnswers(): Promise<readonly MemberAnswer[]>;
  /**
   * Returns when every key of the range may be read and written with the client's certificate alone, without the password.
   *
   * @throws EtcdPermissionError
   */
  checkCertificatesAccess(range: KeyRange): Promise<void>;
}

export interface Waiting extends Patience {
  /** Whether a pod may be made. @default true */
  readonly mayMakePods?: boolean;
}

/**
 * As its Secrets say; asks it for its status. Raises ClientSecretError, CredentialsSecretError, what connectExistingEtcd
 * raises, and the store's error.
 */
export async function openExistingEtcd(
  cluster: ClusterClient,
  address: ExistingEtcdAddress,
  waiting: Waiting,
): Promise<ExistingEtcd> {
  const etcd = await connectExistingEtcd(cluster, address, await readIdentity(cluster, address), waiting);
  try {
    await etcd.status();
    return etcd;
  } catch (error) {
    await etcd.close();
    throw error;
  }
}

/**
 * A connection of one's own if any endpoint takes one, else one through a pod, which `close` removes. Raises
 * NotReachedFromHereError where no pod may be made, and what openGateway raises; nothing is said of TLS and access yet.
 */
export async function connectExistingEtcd(
  cluster: ClusterClient,
  address: ExistingEtcdAddress,
  identity: EtcdIdentity,
  waiting: Waiting,
): Promise<ExistingEtcd> {
  const endpoints = address.endpoints.map(parseEndpointUrl);
  const reasons = await whyNotDirectly(address, endpoints);
  if (reasons === undefined) {
    return connected(address, targetOf(endpoints, endpoints, identity));
  }
  if (waiting.mayMakePods === false) throw new NotReachedFromHereError(address.endpoints, reasons);
  const { gatewayImage: image, namespace } = address;
  if (image === undefined) throw new NoGatewayImageError(address.endpoints, reasons);
  const gateway = await openGateway(cluster, { namespace, image, endpoints }, waiting);
  try {
    const target = targetOf(gateway.addresses, endpoints, identity);
    await untilItListens(target, waiting);
    return connected(address, target, gateway);
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

/** What the Secrets hold. Raises ClientSecretError and CredentialsSecretError. */
export async function readIdentity(cluster: ClusterClient, address: ExistingEtcdAddress): Promise<EtcdIdentity> {
  const { namespace, clientSecret, credentialsSecret } = address;
  return {
    ...(clientSecret === undefined ? {} : { tls: await readClientSecret(cluster, namespace, clientSecret) }),
    ...(credentialsSecret === undefined
      ? {}
      : { credentials: await readCredentials(cluster, namespace, credentialsSecret) }),
  };
}

/** Undefined when it can be. A server that takes connections is not given up for what TLS or a login then says. */
async function whyNotDirectly(
  { reach = "auto" }: ExistingEtcdAddress,
  endpoints: readonly EndpointUrl[],
): Promise<readonly string[] | undefined> {
  if (reach === "direct") return undefined;
  if (reach === "pod") return [];
  const reasons = await Promise.all(endpoints.map((endpoint) => whyNoConnection(endpoint)));
  const failures = reasons.filter((reason) => reason !== undefined);
  return failures.length < endpoints.length ? undefined : failures;
}

/** Whatever address is dialled, the certificate is to be for the endpoint's own host. */
function targetOf(
  addresses: readonly { readonly host: string; readonly port: number }[],
  endpoints: readonly EndpointUrl[],
  { tls, credentials }: EtcdIdentity,
): EtcdTarget {
  return {
    addresses: endpoints.flatMap(({ host: serverName }, index) => {
      const address = addresses[index];
      if (address === undefined) return [];
      const isItself = address.host === serverName && isIP(serverName) !== 0;
      return [{ host: address.host, port: address.port, ...(isItself ? {} : { serverName }) }];
    }),
    ...(tls === undefined ? {} : { tls }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** A pod's container runs a moment before it listens; what does not listen for longer than that is not there. */
const listeningSeconds = 10;

async function untilItListens(target: EtcdTarget, { interruption }: Waiting): Promise<void> {
  const deadline = Date.now() + listeningSeconds * 1000;
  const awaited = "the existing etcd to take connections";
  await waitUntil({ awaited, timeoutSeconds: 2 * listeningSeconds, interruption }, async () => {
    // A connection of its own for each try: one that failed would wait ever longer before it dials again.
    const store = connectEtcd(target);
    try {
      const answers = await store.memberAnswers();
      const unreached = answers.flatMap((each) =>
        "failure" in each && isUnreached(each.failure) ? [each.failure] : [],
      );
      // What is not reached for long is judged as one that is not reached directly.
      return unreached.length < answers.length || Date.now() > deadline
        ? seenDone(undefined)
        : seenSoFar(describeFailure(unreached[0]));
    } finally {
      store.close();
    }
  });
}

function isUnreached(failure: unknown): boolean {
  return failure instanceof EtcdUnreachableError;
}

function connected(address: ExistingEtcdAddress, target: EtcdTarget, gateway?: Gateway): ExistingEtcd {
  const store = connectEtcd(target);
  const { credentials, ...certificateAlone } = target;
  const asTrident = credentials === undefined ? store : connectEtcd(certificateAlone);
  const closeConnections = (): void => {
    store.close();
    asTrident.close();
  };
  const through = gateway === undefined ? "" : `, through pod ${gateway.pod}`;
  const named = openNamedStore(`the etcd at ${address.endpoints.join(", ")}${through}`, store, {
    lastFailure: () => gateway?.lastFailure(),
    close: async () => {
      closeConnections();
      await gateway?.close();
    },
  });
  return {
    ...named,
    disconnect: closeConnections,
    endpoints: address.endpoints,
    ...(gateway === undefined ? {} : { pod: gateway.pod }),
    memberAnswers: () => store.memberAnswers(),
    checkCertificatesAccess: (range) => asTrident.checkAccess(range),
  };
}
