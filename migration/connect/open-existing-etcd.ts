import { connect, isIP } from "node:net";
import { EtcdUnreachableError } from "../etcd/errors.ts";
import type { KeyRange } from "../copy/store/key-value-store.ts";
import { connectEtcd, type MemberAnswer } from "../etcd/etcd-store.ts";
import type { EtcdTarget } from "../etcd/etcd-target.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../kubernetes/wait-until.ts";
import { openNamedStore, type OpenStore } from "./open-store.ts";
import { readIdentity, type EtcdIdentity } from "./etcd-identity.ts";
import { parseEndpointUrl, type EndpointUrl } from "./endpoint-url.ts";
import type { ExistingEtcdAddress } from "./etcd-address.ts";
import { openGateway, type Gateway } from "./open-gateway.ts";

export interface Waiting extends Patience {
  /** Whether a pod may be made. @default true */
  readonly mayMakePods?: boolean;
  /** For addresses that name none. */
  readonly gatewayImage?: string;
}

/** An etcd that is not the stack's own. */
export interface ExistingEtcd extends OpenStore {
  readonly kind: "existing";
  readonly reached: "directly" | "through a pod";
  readonly endpoints: readonly string[];
  readonly identity: EtcdIdentity;
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

/** From this machine there is no way to an etcd, and the one through a pod is not to be taken now. */
export class NotReachedFromHereError extends Error {
  override readonly name = "NotReachedFromHereError";

  constructor(endpoints: readonly string[], reasons: readonly string[]) {
    const why = reasons.length === 0 ? "it is to be reached through a pod" : reasons.join(", ");
    super(`The etcd at ${endpoints.join(", ")} was not reached from this machine: ${why}.`);
  }
}

/** The way through a pod is needed, and nothing says which image that is to run. */
export class NoGatewayImageError extends Error {
  override readonly name = "NoGatewayImageError";

  constructor(endpoints: readonly string[], reasons: readonly string[]) {
    const why = reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
    super(
      `The etcd at ${endpoints.join(", ")} is to be reached through a pod${why}, and no image is named for it: name one ` +
        `with etcd in it (gatewayImage), or run this where the etcd can be reached directly.`,
    );
  }
}

/**
 * A connection of one's own if any endpoint takes one, else one through a pod, which `close` removes. Raises
 * NotReachedFromHereError where no pod may be made, and what openGateway raises; nothing is said of TLS and access yet.
 */
export async function connectExistingEtcd(
  cluster: ClusterClient,
  address: ExistingEtcdAddress,
  waiting: Waiting,
  given?: EtcdIdentity,
): Promise<ExistingEtcd> {
  const identity = given ?? (await readIdentity(cluster, address));
  const endpoints = address.endpoints.map(parseEndpointUrl);
  const reasons = await whyNotDirectly(address, endpoints);
  if (reasons === undefined) {
    return connected(address, identity, targetOf(endpoints, endpoints, identity));
  }
  if (waiting.mayMakePods === false) throw new NotReachedFromHereError(address.endpoints, reasons);
  const { gatewayImage: image = waiting.gatewayImage, gatewayPod: settings, namespace } = address;
  if (image === undefined) throw new NoGatewayImageError(address.endpoints, reasons);
  const gateway = await openGateway(cluster, { namespace, image, endpoints, settings }, waiting);
  try {
    const target = targetOf(gateway.addresses, endpoints, identity);
    await untilItListens(target, waiting);
    return connected(address, identity, target, gateway);
  } catch (error) {
    await gateway.close();
    throw error;
  }
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

/** Why no TCP connection can be had from this machine, such as an unknown name; undefined when one can. */
function whyNoConnection(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMilliseconds = 3_000,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host, port });
  socket.once("connect", () => {
    resolve(undefined);
  });
  socket.once("error", (error) => {
    resolve(describeFailure(error));
  });
  // Not the socket's own timeout: looking a name up does not count for that.
  const timer = setTimeout(() => {
    resolve(`no connection to ${host} within ${timeoutMilliseconds / 1000} s`);
  }, timeoutMilliseconds);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.on("error", () => undefined);
    socket.destroy();
  });
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

function connected(
  address: ExistingEtcdAddress,
  identity: EtcdIdentity,
  target: EtcdTarget,
  gateway?: Gateway,
): ExistingEtcd {
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
    kind: "existing",
    ...named,
    disconnect: closeConnections,
    endpoints: address.endpoints,
    identity,
    ...(gateway === undefined ? {} : { pod: gateway.pod }),
    reached: gateway === undefined ? "directly" : "through a pod",
    memberAnswers: () => store.memberAnswers(),
    checkCertificatesAccess: (range) => asTrident.checkAccess(range),
  };
}
