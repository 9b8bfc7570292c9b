import { isIPv6 } from "node:net";
import { Etcd3, type IOptions } from "etcd3";
import type {
  CreateOutcome,
  KeyAtRevision,
  KeyValue,
  KeyValueStore,
  RangePage,
  RangeRequest,
  StoreStatus,
} from "../copy/key-value-store.ts";
import { explainFailure } from "./call-failure.ts";
import { checkCertificateMaterial } from "./client-certificate.ts";
import { EtcdDeadlineError, EtcdTlsError, EtcdUnreachableError, type EndpointName, type EtcdError } from "./errors.ts";
import {
  countDeleted,
  toCreateOutcome,
  toCreateTransaction,
  toDeleteTransaction,
  toRangePage,
  toRangeRequest,
} from "./messages.ts";
import { findTlsFault, type TlsFault, type TlsTarget } from "./tls-probe.ts";

export interface EtcdTarget {
  /** Members of one cluster, at least one: where one does not answer, a retry asks another. */
  readonly addresses: readonly EtcdAddress[];
  /** Without it the connection is plaintext; with it never. */
  readonly tls?: EtcdTls;
  /** For an etcd that asks for them besides, or instead of, a client certificate. */
  readonly credentials?: { readonly username: string; readonly password: string };
}

export interface EtcdAddress {
  readonly host: string;
  readonly port: number;
}

export interface EtcdTls {
  /** All PEM. A certificate goes with its key. */
  readonly certificateAuthority: Buffer;
  readonly certificate?: Buffer;
  readonly privateKey?: Buffer;
  /** The name that the server's certificate must have, whatever address is dialled; the address when absent. */
  readonly serverName?: string;
}

export interface EtcdStore extends KeyValueStore {
  /** Drops the connection. Calls still under way fail. */
  close(): void;
}

export interface EtcdOptions {
  /** How long a single call may take. Default 10,000. */
  readonly callDeadlineMilliseconds?: number;
}

const DEFAULT_CALL_DEADLINE_MILLISECONDS = 10_000;

/** A nested transaction's operations count on top of the outer one's: 64 stay below etcd's 128. */
const KEYS_PER_DELETE = 64;

const CHANNEL_OPTIONS = {
  // A page is to be about 4 MiB; the first one may be off by as much as the values are larger than usual.
  "grpc.max_receive_message_length": 32 * 1024 * 1024,
  "grpc.max_send_message_length": -1,
  // The default window of 64 KiB would cost a round trip for every 64 KiB of a page.
  "grpc-node.flow_control_window": 8 * 1024 * 1024,
  // Notices a connection whose other end is gone. etcd refuses more than one ping in 5 s.
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 5_000,
  "grpc.max_reconnect_backoff_ms": 3_000,
  // An http_proxy in the environment is not meant for a port-forward on loopback.
  "grpc.enable_http_proxy": 0,
  // One connection a store: two stores with different certificates never share one.
  "grpc.use_local_subchannel_pool": 1,
};

/**
 * An etcd, dialled with the first call. Each call has a deadline and is made once: retries are the engine's business.
 *
 * @throws CertificateError when the TLS material is unusable. The calls throw subclasses of EtcdError.
 */
export function connectEtcd(target: EtcdTarget, options: EtcdOptions = {}): EtcdStore {
  if (target.tls !== undefined) {
    checkCertificateMaterial(target.tls);
  }
  const client = new Etcd3(clientOptions(target));
  const calls = new Calls(target, options.callDeadlineMilliseconds ?? DEFAULT_CALL_DEADLINE_MILLISECONDS);
  return {
    async status(): Promise<StoreStatus> {
      const { header, version } = await calls.run((call) => client.maintenance.status(call));
      return { clusterId: header.cluster_id, revision: BigInt(header.revision), version };
    },
    async range(request: RangeRequest): Promise<RangePage> {
      return toRangePage(await calls.run((call) => client.kv.range(toRangeRequest(request), call)));
    },
    async createAll(entries: readonly KeyValue[]): Promise<CreateOutcome> {
      return toCreateOutcome(await calls.run((call) => client.kv.txn(toCreateTransaction(entries), call)));
    },
    async deleteUnchanged(keys: readonly KeyAtRevision[]): Promise<number> {
      let deleted = 0;
      for (let start = 0; start < keys.length; start += KEYS_PER_DELETE) {
        const transaction = toDeleteTransaction(keys.slice(start, start + KEYS_PER_DELETE));
        deleted += countDeleted(await calls.run((call) => client.kv.txn(transaction, call)));
      }
      return deleted;
    },
    close(): void {
      client.close();
    },
  };
}

function clientOptions(target: EtcdTarget): IOptions {
  const { tls, credentials } = target;
  const shared: IOptions = {
    hosts: urlsOf(target),
    faultHandling: { global: onceOnly(), host: onceOnly },
    grpcOptions: CHANNEL_OPTIONS,
    ...(credentials === undefined ? {} : { auth: { ...credentials } }),
  };
  if (tls === undefined) {
    return shared;
  }
  return {
    ...shared,
    credentials: {
      rootCertificate: tls.certificateAuthority,
      ...(tls.privateKey === undefined ? {} : { privateKey: tls.privateKey }),
      ...(tls.certificate === undefined ? {} : { certChain: tls.certificate }),
    },
    grpcOptions:
      tls.serverName === undefined
        ? CHANNEL_OPTIONS
        : { ...CHANNEL_OPTIONS, "grpc.ssl_target_name_override": tls.serverName },
  };
}

function urlsOf({ addresses, tls }: EtcdTarget): string[] {
  const scheme = tls === undefined ? "http" : "https";
  return addresses.map(({ host, port }) => `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`);
}

type Policy = NonNullable<NonNullable<IOptions["faultHandling"]>["global"]>;

/**
 * etcd3's own policies resend any call, writes included, and then refuse calls for seconds. This one does neither:
 * what cockatiel, the library of these policies, calls noop.
 */
function onceOnly(): Policy {
  const neverFires = () => ({ dispose: () => undefined });
  const { signal } = new AbortController();
  const policy: Omit<Policy, "_altReturn"> = {
    onSuccess: neverFires,
    onFailure: neverFires,
    execute: async (call) => call({ signal }),
  };
  // _altReturn exists for the type checker only, as its declaration says.
  return policy as Policy;
}

/** Makes calls, with a deadline, and explains their failures. */
class Calls {
  readonly #target: EtcdTarget;
  readonly #name: EndpointName;
  readonly #deadlineMilliseconds: number;
  #probing: Promise<TlsFault[]> | undefined;

  constructor(target: EtcdTarget, deadlineMilliseconds: number) {
    this.#target = target;
    this.#name = urlsOf(target).join(",");
    this.#deadlineMilliseconds = deadlineMilliseconds;
  }

  async run<T>(call: (options: { deadline: number }) => Promise<T>): Promise<T> {
    try {
      return await call({ deadline: Date.now() + this.#deadlineMilliseconds });
    } catch (error) {
      throw await this.#explain(error);
    }
  }

  async #explain(error: unknown): Promise<EtcdError> {
    const explained = explainFailure(error, this.#name, this.#deadlineMilliseconds);
    const { addresses, tls } = this.#target;
    if (tls === undefined || !(explained instanceof EtcdUnreachableError || explained instanceof EtcdDeadlineError)) {
      return explained;
    }
    const [fault] = await this.#probeTls(addresses.map((address) => ({ ...address, tls })));
    return fault === undefined
      ? explained
      : new EtcdTlsError(this.#name, fault.serverName, fault.reason, fault.detail, error);
  }

  /** One probe serves all calls that fail together. */
  #probeTls(targets: readonly TlsTarget[]): Promise<TlsFault[]> {
    this.#probing ??= Promise.all(targets.map((target) => findTlsFault(target)))
      .then((faults) => faults.filter((fault) => fault !== undefined))
      .finally(() => {
        this.#probing = undefined;
      });
    return this.#probing;
  }
}
