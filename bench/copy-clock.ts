import { setTimeout as sleep } from "node:timers/promises";
import { Etcd3 } from "etcd3";

import { SERVER_NAME } from "../test/etcd-process.ts";
import type { BenchCredentials } from "./bench-etcd.ts";
import { keyPrefix, type KeySubset } from "./key-subset.ts";

export interface CopyClock {
  /** Resolves, with the time of performance.now(), when the least key exists. */
  readonly firstKeyAt: Promise<number>;
  /** The same for all keys. */
  readonly stopped: Promise<number>;
  close(): Promise<void>;
}

const POLL_MILLISECONDS = 2;

/**
 * One clock for all tools: it watches the destination itself for the least and the greatest key, which costs the destination two
 * events, and when the latter exists asks for the count until the keys that were in flight beside it exist as well.
 * When this returns, the watches stand.
 */
export async function startCopyClock(
  port: number,
  { authority, client }: BenchCredentials,
  subset: KeySubset,
): Promise<CopyClock> {
  const etcd = new Etcd3({
    hosts: `https://127.0.0.1:${port}`,
    credentials: {
      rootCertificate: authority.certificate,
      privateKey: client.privateKey,
      certChain: client.certificate,
    },
    grpcOptions: { "grpc.ssl_target_name_override": SERVER_NAME },
  });
  const firstKey = await etcd.watch().key(subset.firstKey).create();
  const lastKey = await etcd.watch().key(subset.lastKey).create();
  const first = Promise.withResolvers<number>();
  firstKey.once("put", () => {
    first.resolve(performance.now());
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let closed = false;
  lastKey.once("put", () => {
    untilCounted(etcd, subset.keys, () => closed).then(resolve, reject);
  });
  promise.catch(() => undefined);
  return {
    firstKeyAt: first.promise,
    stopped: promise,
    async close() {
      closed = true;
      await Promise.allSettled([firstKey.cancel(), lastKey.cancel()]);
      etcd.close();
    },
  };
}

async function untilCounted(etcd: Etcd3, keys: number, isClosed: () => boolean): Promise<number> {
  const range = { key: Buffer.from(keyPrefix), range_end: Buffer.from(`${keyPrefix.slice(0, -1)}0`), count_only: true };
  while (!isClosed()) {
    const { count } = await etcd.kv.range(range);
    const now = performance.now();
    if (Number(count) >= keys) return now;
    await sleep(POLL_MILLISECONDS);
  }
  return performance.now();
}
