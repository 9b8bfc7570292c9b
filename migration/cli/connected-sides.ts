import { SameStoreError } from "../copy/errors.ts";
import type { StoreStatus } from "../copy/store/key-value-store.ts";
import { withRetries } from "../copy/store/retry.ts";
import { CertificateError, type CertificatePart } from "../certificates/client-certificate.ts";
import { connectEtcd, type EtcdStore } from "../etcd/etcd-store.ts";
import type { EtcdTarget } from "../etcd/etcd-target.ts";
import type { Side } from "./words/flags.ts";
import { orInterrupted } from "./interruption.ts";
import type { Job, SideRequest } from "./words/parse-command.ts";
import { readTarget } from "./read-target.ts";
import { UsageError } from "./words/usage-error.ts";

/** One side that has answered: who it is, and the way to ask it more. */
export interface ConnectedSide {
  readonly side: Side;
  readonly urls: readonly string[];
  readonly store: EtcdStore;
  /** As it was when the command began. */
  readonly status: StoreStatus;
}

export interface ConnectedSides {
  readonly source: ConnectedSide;
  readonly destination: ConnectedSide;
}

/**
 * Runs the work with both sides connected, and closes them whatever happens. All files of both sides are read before
 * anything is dialled, and both sides have answered before the work begins.
 *
 * @throws UsageError, SameStoreError, the signal's reason, or what the work throws.
 */
export async function withConnectedSides<T>(
  job: Job,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
  work: (sides: ConnectedSides) => Promise<T>,
): Promise<T> {
  const fromTarget = readTarget(job.from, environment);
  const toTarget = readTarget(job.to, environment);
  const options = { callDeadlineMilliseconds: job.timeoutMilliseconds };
  const stores: EtcdStore[] = [];
  const open = (request: SideRequest, target: EtcdTarget): EtcdStore => {
    const store = connect(request, () => connectEtcd(target, options));
    stores.push(store);
    return store;
  };
  try {
    const from = open(job.from, fromTarget);
    const to = open(job.to, toTarget);
    const greetings = Promise.all([greet(job.from, from, signal), greet(job.to, to, signal)]);
    const [source, destination] = await orInterrupted(greetings, signal);
    if (source.status.clusterId === destination.status.clusterId) {
      throw new SameStoreError(source.status.clusterId);
    }
    return await work({ source, destination });
  } finally {
    stores.forEach((store) => {
      store.close();
    });
  }
}

/** A short while only: it is for the next URL of a list and for a passing trouble, not to wait for a mistyped address. */
const GREET_FOR_MILLISECONDS = 2_000;

async function greet({ side, urls }: SideRequest, store: EtcdStore, signal: AbortSignal): Promise<ConnectedSide> {
  const status = await withRetries(() => store.status(), { signal, retryForMilliseconds: GREET_FOR_MILLISECONDS });
  return { side, urls: urls.names, store, status };
}

const PART_FLAGS: Readonly<Record<CertificatePart, string>> = {
  certificateAuthority: "cacert",
  certificate: "cert",
  privateKey: "key",
};

/** Certificates are checked before anything is dialled; the message is to name the flag that brought the bad one. */
function connect({ side }: SideRequest, open: () => EtcdStore): EtcdStore {
  try {
    return open();
  } catch (error) {
    throw error instanceof CertificateError
      ? new UsageError(`--${side}-${PART_FLAGS[error.part]}: ${error.message}`)
      : error;
  }
}
