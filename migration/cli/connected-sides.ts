import { SameStoreError } from "../copy/errors.ts";
import type { KeyValueStore, StoreStatus } from "../copy/store/key-value-store.ts";
import { withRetries } from "../copy/store/retry.ts";
import { CertificateError, type CertificatePart } from "../certificates/client-certificate.ts";
import { connectEtcd, type EtcdStore } from "../etcd/etcd-store.ts";
import type { EtcdTarget } from "../etcd/etcd-target.ts";
import { openSnapshotFile } from "../snapshot/file/open-snapshot-file.ts";
import type { SnapshotStore } from "../snapshot/file/snapshot-store.ts";
import type { Side } from "./words/flags.ts";
import { orInterrupted } from "./interruption.ts";
import type { Job, SideRequest } from "./words/parse-command.ts";
import { readTarget } from "./read-target.ts";
import { isSnapshotRequest, type SnapshotRequest } from "./words/snapshot-request.ts";
import { openingProgress } from "./show/opening-progress.ts";
import type { Progress } from "./show/progress-display.ts";
import { UsageError } from "./words/usage-error.ts";

/** An etcd that has answered: who it is, and the way to ask it more. */
export interface ConnectedEtcd {
  readonly side: Side;
  readonly urls: readonly string[];
  readonly store: KeyValueStore;
  /** As it was when the command began. */
  readonly status: StoreStatus;
}

/** A snapshot's file that can be read. */
export interface OpenedSnapshot {
  readonly side: "from";
  readonly store: SnapshotStore;
  readonly status: StoreStatus;
}

export type ConnectedSide = ConnectedEtcd | OpenedSnapshot;

export interface ConnectedSides {
  readonly source: ConnectedSide;
  readonly destination: ConnectedEtcd;
}

export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Runs the work with both sides connected, and closes them whatever happens. All files of both sides are read before
 * anything is dialled, a snapshot's is checked, and both sides have answered before the work begins.
 *
 * @throws UsageError, SnapshotFileError, SameStoreError, the signal's reason, or what the work throws.
 */
export async function withConnectedSides<T>(
  job: Job,
  { environment, signal, onProgress }: Surroundings,
  work: (sides: ConnectedSides) => Promise<T>,
): Promise<T> {
  const { from, to, timeoutMilliseconds } = job;
  const closeAll: (() => void | Promise<void>)[] = [];
  const etcdAt = (request: SideRequest): (() => Promise<ConnectedEtcd>) => {
    const store = connect(request, readTarget(request, environment), timeoutMilliseconds);
    closeAll.push(() => {
      store.close();
    });
    return () => greet(request, store, signal);
  };
  const snapshotIn = async ({ side, path, withoutChecksum }: SnapshotRequest): Promise<OpenedSnapshot> => {
    const store = await openSnapshotFile(path, { withoutChecksum, signal, onProgress: openingProgress(onProgress) });
    closeAll.push(() => store.close());
    return { side, store, status: await store.status() };
  };
  try {
    const greetFrom = isSnapshotRequest(from) ? () => snapshotIn(from) : etcdAt(from);
    const greetTo = etcdAt(to);
    const snapshot = isSnapshotRequest(from) ? await greetFrom() : undefined;
    const greetings = Promise.all([snapshot ?? greetFrom(), greetTo()]);
    const [source, destination] = await orInterrupted(greetings, signal);
    if (source.status.clusterId === destination.status.clusterId) {
      throw new SameStoreError(source.status.clusterId);
    }
    return await work({ source, destination });
  } finally {
    for (const close of closeAll) await close();
  }
}

/** A short while only: it is for the next URL of a list and for a passing trouble, not to wait for a mistyped address. */
const GREET_FOR_MILLISECONDS = 2_000;

async function greet({ side, urls }: SideRequest, store: EtcdStore, signal: AbortSignal): Promise<ConnectedEtcd> {
  const status = await withRetries(() => store.status(), { signal, retryForMilliseconds: GREET_FOR_MILLISECONDS });
  return { side, urls: urls.names, store, status };
}

const PART_FLAGS: Readonly<Record<CertificatePart, string>> = {
  certificateAuthority: "cacert",
  certificate: "cert",
  privateKey: "key",
};

/** Certificates are checked before anything is dialled; the message is to name the flag that brought the bad one. */
function connect({ side }: SideRequest, target: EtcdTarget, callDeadlineMilliseconds: number): EtcdStore {
  try {
    return connectEtcd(target, { callDeadlineMilliseconds });
  } catch (error) {
    throw error instanceof CertificateError
      ? new UsageError(`--${side}-${PART_FLAGS[error.part]}: ${error.message}`)
      : error;
  }
}
