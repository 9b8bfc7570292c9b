import { castGrpcError, Etcd3, type IOptions } from "etcd3";
import type { EtcdTls } from "./etcd-target.ts";

/**
 * All that is taken of etcd3, and the only file that knows it. What is not public there:
 * - `this.pool`, for calls whose messages are encoded elsewhere and for a stream with a login. A public call of etcd3 that takes a
 *   method's path and bytes, or a public way to its gRPC client, would replace it.
 * - the shape of a policy (below): public is only cockatiel's `noop`, and cockatiel is no dependency of ours.
 */
export class Etcd3Client extends Etcd3 {
  /** @param url `https://host:port` with TLS, `http://host:port` without. */
  constructor(url: string, tls: EtcdTls | undefined) {
    super(clientOptions(url, tls));
  }

  /**
   * Makes one call, once.
   *
   * @param path such as `/etcdserverpb.KV/Range`.
   * @throws an Error with gRPC's status as its `code`, or with none when it did not get as far as that.
   */
  unary(path: string, request: Buffer, { deadline, token }: CallOptions): Promise<Buffer> {
    // All services go over the KV service's channel: another one would mean another connection.
    return this.pool.withConnection("KV", ({ client, metadata }) => {
      const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
      if (token !== undefined) {
        metadata.set("token", token);
      }
      client.makeUnaryRequest(path, unchanged, unchanged, request, metadata, { deadline }, (error, answer) => {
        if (error !== null) {
          // Its pool dials anew after an error of some of its classes; these drop the status.
          reject(Object.assign(castGrpcError(error), { code: error.code }));
        } else if (answer === undefined) {
          reject(new Error("a call ended without an answer and without an error"));
        } else {
          resolve(answer);
        }
      });
      return promise;
    });
  }

  /**
   * The messages of an answer that comes in many, for as long as they come; leaving it early cancels the call.
   *
   * @throws as `unary` does, and an Error without a code when nothing came for so long.
   */
  async *stream(path: string, request: Buffer, { stallMilliseconds, token }: StreamOptions): AsyncGenerator<Buffer> {
    // etcd3's own way to call for a stream loses the connection's metadata.
    const stream = await this.pool.withConnection("KV", ({ client, metadata }) => {
      if (token !== undefined) {
        metadata.set("token", token);
      }
      return client.makeServerStreamRequest(path, unchanged, unchanged, request, metadata, {});
    });
    try {
      const messages = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
      for (;;) {
        const timer = setTimeout(() => {
          stream.destroy(new Error(`no data within ${stallMilliseconds} ms`));
        }, stallMilliseconds);
        const next = await messages.next().finally(() => {
          clearTimeout(timer);
        });
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      stream.cancel();
    }
  }
}

interface CallOptions {
  /** In milliseconds since 1970. */
  readonly deadline: number;
  /** Of a login. */
  readonly token?: string | undefined;
}

interface StreamOptions extends Omit<CallOptions, "deadline"> {
  readonly stallMilliseconds: number;
}

function unchanged(bytes: Buffer): Buffer {
  return bytes;
}

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
  // One connection a client: two with different certificates never share one.
  "grpc.use_local_subchannel_pool": 1,
};

/** Without etcd3's `auth`: that logs in without the options of this connection, and repeats a refused call without end. */
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
