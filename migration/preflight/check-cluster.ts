import { prefixRange } from "../copy/key-range.ts";
import { pinRevision } from "../copy/pin-revision.ts";
import { openDestination } from "../destination/open-destination.ts";
import { connectToCluster, type ClusterAccess, type ClusterClient } from "../kubernetes/cluster-client.ts";
import { findLegacyTrident, type LegacyTrident } from "../legacy/legacy-trident.ts";
import { openLiveSource } from "../legacy/live-source.ts";
import { findMigrationRecord } from "../legacy/migration-record.ts";
import type { OpenStore } from "../stores/forwarded-store.ts";
import { checkClaim } from "./check-claim.ts";
import { checkDestination } from "./check-destination.ts";
import { checkNamespace } from "./check-namespace.ts";
import { checkSource } from "./check-source.ts";
import { decideState, type ClusterState } from "./cluster-state.ts";
import { PreflightTimeoutError } from "./errors.ts";
import { countKeysByKind } from "./keys-by-kind.ts";

export interface PreflightRequest {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  readonly migrate: boolean;
  readonly legacyDeployment: string;
  readonly legacyEtcdContainer: string;
  /** The name of the ConfigMap with the migration's record. */
  readonly record: string;
  readonly prefix: string;
  readonly etcdCluster: string;
  readonly clientSecret: string;
}

export interface PreflightFindings {
  readonly state: ClusterState;
  /** The Trident with an embedded etcd, while it is there. */
  readonly legacy?: {
    readonly image: string;
    readonly etcdImage: string;
    /** The PersistentVolumeClaim's name. */
    readonly pvc: string;
    /** Empty when its etcd does not run and can't be asked. */
    readonly keysByKind: Record<string, number>;
  };
}

const limitSeconds = 20;

/**
 * What stands in the cluster before anything is done, and whether it goes with the settings. Only reads, for at most 20 s.
 *
 * Raises ClusterUnreachableError, NamespaceMissingError, NoLegacyTridentError, StoppedTridentDeletedError,
 * LegacyTridentPresentError, ForeignTridentError, PersistentVolumeClaimError, EmptySourceError, ForeignKeysError,
 * PreflightTimeoutError; ClusterRequestError when a permission is missing; StoreError when the old etcd does not answer.
 */
export async function checkCluster(request: PreflightRequest): Promise<PreflightFindings> {
  const cluster = connectToCluster(request.cluster, { requestTimeoutMilliseconds: 10_000 });
  return within(limitSeconds, cluster, (step) => look(cluster, request, step));
}

/** Told what is being done, for the message in case it takes too long. */
type Step = (doing: string) => void;

async function look(cluster: ClusterClient, request: PreflightRequest, step: Step): Promise<PreflightFindings> {
  step("reaching the cluster");
  await checkNamespace(cluster, request.namespace);
  step("looking for Trident");
  const deployment = await findLegacyTrident(cluster, request);
  const { state, legacy } = decideState(request, deployment, await findMigrationRecord(cluster, request));
  if (legacy === undefined) return { state };
  await checkClaim(cluster, legacy);
  step("reading the embedded etcd");
  const keysByKind = await lookAtSource(cluster, request, legacy);
  const { tridentImage: image, etcdImage, claim: pvc } = legacy;
  return { state, legacy: { image, etcdImage, pvc, keysByKind } };
}

async function lookAtSource(
  cluster: ClusterClient,
  request: PreflightRequest,
  legacy: LegacyTrident,
): Promise<Record<string, number>> {
  const source = await openLiveSource(cluster, legacy);
  if (source === undefined) return {};
  try {
    const range = prefixRange(request.prefix);
    const revision = await pinRevision(source, range, { retryForMilliseconds: 5_000 });
    await checkSource({ source, range, revision, legacy });
    await compareWithDestination(cluster, request, source, revision);
    return await countKeysByKind(source, range, revision);
  } finally {
    await source.close();
  }
}

// Before the first `up` there is no destination; one that can't be asked is `up`'s business, which may put it right.
async function compareWithDestination(
  cluster: ClusterClient,
  request: PreflightRequest,
  source: OpenStore,
  sourceRevision: bigint,
): Promise<void> {
  const destination = await openDestination(cluster, request).catch(() => undefined);
  if (destination === undefined) return;
  try {
    await checkDestination({ source, destination, range: prefixRange(request.prefix), sourceRevision });
  } finally {
    await destination.close();
  }
}

async function within<T>(seconds: number, cluster: ClusterClient, work: (step: Step) => Promise<T>): Promise<T> {
  let doing = "starting";
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new PreflightTimeoutError(cluster.description, seconds, doing));
  }, seconds * 1000);
  const working = work((next) => {
    doing = next;
  });
  try {
    return await Promise.race([working, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
