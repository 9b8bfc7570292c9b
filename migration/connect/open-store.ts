import type { KeyValueStore } from "../copy/store/key-value-store.ts";
import { StoreError } from "../copy/store/store-error.ts";
import { EtcdError, EtcdUnreachableError } from "../etcd/errors.ts";
import { connectEtcd, type EtcdStore } from "../etcd/etcd-store.ts";
import type { EtcdTls } from "../etcd/etcd-target.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import type { PortForward } from "../kubernetes/port-forward.ts";

/** An etcd that is connected to, under a name that a reader of messages knows. */
export interface OpenStore extends KeyValueStore {
  /** Such as `the etcd cluster trident-etcd`. */
  readonly description: string;
  /** The whole database, keys beside the range and history included, as `etcdctl snapshot save` saves it. */
  snapshot(): AsyncIterable<Buffer>;
  /** Drops the connection, not the way to it. */
  disconnect(): void;
  /** Drops both. */
  close(): Promise<void>;
}

/**
 * An etcd in a pod, behind a port-forward. Its errors name the store instead of the local port, and say what the
 * port-forward has to say, which often is the reason.
 */
export function openForwardedStore(description: string, forward: PortForward, tls?: EtcdTls): OpenStore {
  const addresses = [{ host: forward.host, port: forward.port }];
  return openNamedStore(description, connectEtcd(tls === undefined ? { addresses } : { addresses, tls }), forward);
}

/** The way to an etcd, beside the connection itself. */
export interface StoreWay {
  /** Why it does not lead there, if it knows. */
  lastFailure(): string | undefined;
  close(): Promise<void>;
}

/** The same for a store that is connected to in any way. */
export function openNamedStore(description: string, store: EtcdStore, way: StoreWay): OpenStore {
  async function named<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      throw withName(error, description, way.lastFailure());
    }
  }

  async function* namedSnapshot(): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* store.snapshot();
    } catch (error) {
      throw withName(error, description, way.lastFailure());
    }
  }

  return {
    description,
    status: () => named(store.status()),
    range: (request) => named(store.range(request)),
    createAll: (entries) => named(store.createAll(entries)),
    allowsRuns: (range) => named(store.allowsRuns(range)),
    createRun: (entries) => named(store.createRun(entries)),
    deleteUnchanged: (keys) => named(store.deleteUnchanged(keys)),
    memberHashes: (revision) => named(store.memberHashes(revision)),
    snapshot: namedSnapshot,
    disconnect: () => {
      store.close();
    },
    close: async () => {
      store.close();
      await way.close();
    },
  };
}

function withName(error: unknown, description: string, forwardFailure: string | undefined): StoreError {
  const kind = error instanceof StoreError ? error.kind : "permanent";
  return new StoreError(kind, `${description}: ${reasonOf(error, forwardFailure)}`, { cause: error });
}

// To gRPC every failure of the port-forward is a connection that is not established; the port-forward knows why.
function reasonOf(error: unknown, forwardFailure: string | undefined): string {
  if (error instanceof EtcdUnreachableError && forwardFailure !== undefined) {
    return `cannot be reached through the port-forward: ${forwardFailure}`;
  }
  const message = describeFailure(error);
  return error instanceof EtcdError ? message.replace(`etcd at ${error.endpoint}: `, "") : message;
}
