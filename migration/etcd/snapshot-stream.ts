import { isIPv6 } from "node:net";
import { castGrpcError, Etcd3, type IOptions } from "etcd3";
import { explainFailure } from "./call-failure.ts";
import { tlsOf } from "./connection.ts";
import type { EtcdTarget } from "./etcd-store.ts";
import { Reader } from "./messages/wire-format.ts";

/** A whole snapshot takes as long as it takes; one that stands still for this long has failed. */
const STALL_MILLISECONDS = 30_000;

/**
 * The contents of one member's database as `etcdctl snapshot save` would save them, piece by piece. The connection is one
 * of its own, closed at the end.
 *
 * @throws a subclass of EtcdError.
 */
export async function* readSnapshot(target: EtcdTarget): AsyncGenerator<Buffer, void, undefined> {
  const url = urlOf(target);
  const client = new SnapshotEtcd3(clientOptions(target, url));
  try {
    yield* client.snapshot();
  } catch (error) {
    throw explainFailure(error instanceof Error ? castGrpcError(error) : error, url, STALL_MILLISECONDS);
  } finally {
    client.close();
  }
}

/** Gives access to etcd3's connection for a stream: its own way to call for one loses the connection's metadata. */
class SnapshotEtcd3 extends Etcd3 {
  async *snapshot(): AsyncGenerator<Buffer, void, undefined> {
    const stream = await this.pool.withConnection("KV", ({ client, metadata }) =>
      client.makeServerStreamRequest(
        "/etcdserverpb.Maintenance/Snapshot",
        unchanged,
        unchanged,
        Buffer.alloc(0),
        metadata,
        {},
      ),
    );
    try {
      const messages = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
      for (;;) {
        const timer = setTimeout(() => {
          stream.destroy(new Error(`14 UNAVAILABLE: no data within ${STALL_MILLISECONDS} ms`));
        }, STALL_MILLISECONDS);
        const next = await messages.next().finally(() => {
          clearTimeout(timer);
        });
        if (next.done === true) return;
        yield blobOf(next.value);
      }
    } finally {
      stream.cancel();
    }
  }
}

/** Field 3 of a SnapshotResponse: api/etcdserverpb/rpc.proto in etcd. */
export function blobOf(message: Buffer): Buffer {
  const reader = new Reader(message);
  let blob = Buffer.alloc(0);
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 3) {
      blob = Buffer.from(reader.bytes());
    } else {
      reader.skip();
    }
  }
  return blob;
}

function unchanged(bytes: Buffer): Buffer {
  return bytes;
}

function urlOf({ addresses: [address], tls }: EtcdTarget): string {
  if (address === undefined) throw new TypeError("an etcd without any address");
  const host = isIPv6(address.host) ? `[${address.host}]` : address.host;
  return `${tls === undefined ? "http" : "https"}://${host}:${address.port}`;
}

function clientOptions({ addresses: [address], tls: shared, credentials }: EtcdTarget, url: string): IOptions {
  const tls = address === undefined ? shared : tlsOf(address, shared);
  const grpcOptions = {
    "grpc-node.flow_control_window": 8 * 1024 * 1024,
    "grpc.keepalive_time_ms": 10_000,
    "grpc.keepalive_timeout_ms": 5_000,
    // An http_proxy in the environment is not meant for a port-forward on loopback.
    "grpc.enable_http_proxy": 0,
    "grpc.use_local_subchannel_pool": 1,
    ...(tls?.serverName === undefined ? {} : { "grpc.ssl_target_name_override": tls.serverName }),
  };
  return {
    hosts: url,
    grpcOptions,
    ...(credentials === undefined ? {} : { auth: credentials }),
    ...(tls === undefined
      ? {}
      : {
          credentials: {
            rootCertificate: tls.certificateAuthority,
            ...(tls.privateKey === undefined ? {} : { privateKey: tls.privateKey }),
            ...(tls.certificate === undefined ? {} : { certChain: tls.certificate }),
          },
        }),
  };
}
