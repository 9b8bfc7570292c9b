import { isIPv6 } from "node:net";
import { explainFailure } from "./call-failure.ts";
import {
  EtcdDeadlineError,
  EtcdTlsError,
  EtcdTokenError,
  EtcdUnreachableError,
  type EndpointName,
  type EtcdError,
} from "./errors.ts";
import type { EtcdTarget, EtcdTls, MemberAddress } from "./etcd-target.ts";
import { Etcd3Client } from "./etcd3-client.ts";
import { decodeToken, encodeAuthentication } from "./messages/status-messages.ts";
import { findTlsFault, type TlsFault } from "./tls-probe.ts";

/** One member. Each call is made once, and fails with an EtcdError. */
export class Member {
  readonly name: EndpointName;
  readonly #client: Etcd3Client;
  readonly #address: MemberAddress;
  readonly #tls: EtcdTls | undefined;
  readonly #credentials: EtcdTarget["credentials"];
  readonly #deadlineMilliseconds: number;
  #token: Promise<string | undefined> | undefined;
  #probing: Promise<TlsFault | undefined> | undefined;

  constructor(address: MemberAddress, { tls: shared, credentials }: EtcdTarget, deadlineMilliseconds: number) {
    const tls = tlsOf(address, shared);
    this.name = urlOf(address, tls);
    this.#client = new Etcd3Client(this.name, tls);
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
      throw await this.#explain(error);
    }
  }

  /** For an answer in many messages: it may take as long as it takes, but not stand still for longer than the deadline. */
  async *stream(path: string, request: Buffer): AsyncGenerator<Buffer, void, undefined> {
    try {
      const token = await this.#logIn();
      yield* this.#client.stream(path, request, { stallMilliseconds: this.#deadlineMilliseconds, token });
    } catch (error) {
      throw await this.#explain(error);
    }
  }

  close(): void {
    this.#client.close();
  }

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
    if (explained instanceof EtcdTokenError) {
      // The next attempt gets a new one.
      this.#token = undefined;
    }
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

/** Members that are reached on local ports have certificates for names of their own. */
function tlsOf({ serverName }: MemberAddress, tls: EtcdTls | undefined): EtcdTls | undefined {
  return tls === undefined || serverName === undefined ? tls : { ...tls, serverName };
}

function urlOf({ host, port }: MemberAddress, tls: EtcdTls | undefined): EndpointName {
  return `${tls === undefined ? "http" : "https"}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
