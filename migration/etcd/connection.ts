import { isIPv6 } from "node:net";
import { castGrpcError, Etcd3, type IOptions } from "etcd3";
import { isTransient } from "../copy/store/store-error.ts";
import { explainFailure } from "./call-failure.ts";
import {
  EtcdDeadlineError,
  EtcdTlsError,
  EtcdTokenError,
  EtcdUnreachableError,
  type EndpointName,
  type EtcdError,
} from "./errors.ts";
import type { EtcdAddress, EtcdTarget, EtcdTls } from "./etcd-store.ts";
import { decodeToken, encodeAuthentication } from "./messages/status-messages.ts";
import { findTlsFault, type TlsFault } from "./tls-probe.ts";

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
 * The way to a cluster: calls go to one member until one fails for want of an answer, then to the next address. Each call
 * is made once, has a deadline, and fails with an EtcdError.
 */
export class Connection {
  readonly members: readonly Member[];
  #current = 0;

  constructor(target: EtcdTarget, deadlineMilliseconds: number) {
    this.members = target.addresses.map((address) => new Member(address, target, deadlineMilliseconds));
  }

  /** @param path such as `/etcdserverpb.KV/Range`. */
  async call(path: string, request: Buffer): Promise<Buffer> {
    const index = this.#current;
    const member = this.members[index];
    if (member === undefined) {
      throw new TypeError("an etcd without any address");
    }
    try {
      return await member.call(path, request);
    } catch (error) {
      // Calls that fail together move on by one member, not by as many as they are.
      if (this.#current === index && isWorthAnother(error)) {
        this.#current = (index + 1) % this.members.length;
      }
      throw error;
    }
  }

  close(): void {
    for (const member of this.members) {
      member.close();
    }
  }
}

/** Another member may be reachable, have a leader, or not lag behind; a TLS failure may be this one's alone. */
function isWorthAnother(error: unknown): boolean {
  return error instanceof EtcdTlsError || isTransient(error);
}

/** One member, over etcd3's connection. */
export class Member {
  readonly name: EndpointName;
  readonly #client: RawEtcd3;
  readonly #address: EtcdAddress;
  readonly #tls: EtcdTls | undefined;
  readonly #credentials: EtcdTarget["credentials"];
  readonly #deadlineMilliseconds: number;
  #token: Promise<string | undefined> | undefined;
  #probing: Promise<TlsFault | undefined> | undefined;

  constructor(address: EtcdAddress, { tls: shared, credentials }: EtcdTarget, deadlineMilliseconds: number) {
    const tls = tlsOf(address, shared);
    this.name = urlOf(address, tls);
    this.#client = new RawEtcd3(clientOptions(this.name, tls));
    this.#address = address;
    this.#tls = tls;
    this.#credentials = credentials;
    this.#deadlineMilliseconds = deadlineMilliseconds;
  }

  async call(path: string, request: Buffer): Promise<Buffer> {
    try {
      const token = await this.#logIn();
      return await this.#client.unary(path, request, { deadline: this.#deadline(), token });
    } catch (error) {
      const explained = await this.#explain(error);
      if (explained instanceof EtcdTokenError) {
        // The next attempt gets a new one.
        this.#token = undefined;
      }
      throw explained;
    }
  }

  close(): void {
    this.#client.close();
  }

  /** Not etcd3's own way: that asks without the options of this connection, and repeats a refused call without end. */
  #logIn(): Promise<string | undefined> {
    const credentials = this.#credentials;
    if (credentials === undefined) {
      return Promise.resolve(undefined);
    }
    this.#token ??= this.#authenticate(credentials).catch((error: unknown) => {
      this.#token = undefined;
      throw error;
    });
    return this.#token;
  }

  async #authenticate(credentials: NonNullable<EtcdTarget["credentials"]>): Promise<string | undefined> {
    const request = encodeAuthentication(credentials);
    try {
      return decodeToken(
        await this.#client.unary("/etcdserverpb.Auth/Authenticate", request, { deadline: this.#deadline() }),
      );
    } catch (error) {
      // An etcd that asks for no password takes everyone, as with etcdctl.
      if (error instanceof Error && error.message.includes("authentication is not enabled")) {
        return undefined;
      }
      throw error;
    }
  }

  #deadline(): number {
    return Date.now() + this.#deadlineMilliseconds;
  }

  async #explain(error: unknown): Promise<EtcdError> {
    const explained = explainFailure(error, this.name, this.#deadlineMilliseconds);
    const tls = this.#tls;
    if (tls === undefined || !(explained instanceof EtcdUnreachableError || explained instanceof EtcdDeadlineError)) {
      return explained;
    }
    // One probe serves all calls that fail together.
    this.#probing ??= findTlsFault({ ...this.#address, tls }).finally(() => {
      this.#probing = undefined;
    });
    const fault = await this.#probing;
    return fault === undefined
      ? explained
      : new EtcdTlsError(this.name, fault.serverName, fault.reason, fault.detail, error);
  }
}

/** Gives access to etcd3's connection for calls with messages that are encoded elsewhere. */
class RawEtcd3 extends Etcd3 {
  unary(
    path: string,
    request: Buffer,
    { deadline, token }: { readonly deadline: number; readonly token?: string | undefined },
  ): Promise<Buffer> {
    // All services go over the KV service's channel: another one would mean another connection.
    return this.pool.withConnection("KV", ({ client, metadata }) => {
      const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
      if (token !== undefined) {
        metadata.set("token", token);
      }
      client.makeUnaryRequest(path, unchanged, unchanged, request, metadata, { deadline }, (error, answer) => {
        if (error !== null) {
          reject(castGrpcError(error));
        } else if (answer === undefined) {
          reject(new Error("a call ended without an answer and without an error"));
        } else {
          resolve(answer);
        }
      });
      return promise;
    });
  }
}

function unchanged(bytes: Buffer): Buffer {
  return bytes;
}

function clientOptions(url: string, tls: EtcdTls | undefined): IOptions {
  const shared = { hosts: url, faultHandling: { global: onceOnly(), host: onceOnly } };
  if (tls === undefined) {
    return { ...shared, grpcOptions: CHANNEL_OPTIONS };
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

/** Members that are reached on local ports have certificates for names of their own. */
export function tlsOf({ serverName }: EtcdAddress, tls: EtcdTls | undefined): EtcdTls | undefined {
  return tls === undefined || serverName === undefined ? tls : { ...tls, serverName };
}

function urlOf({ host, port }: EtcdAddress, tls: EtcdTls | undefined): EndpointName {
  return `${tls === undefined ? "http" : "https"}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
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
