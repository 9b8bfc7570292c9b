import { counted } from "../wording/counted.ts";
import { EtcdCopyError, SourceChangedError, type Leftover } from "./etcd-copy-error.ts";
import type { CopyRequest, CopyResult } from "./copy-request.ts";
import { changesAfterCopy } from "../copy/compare/changes-after-copy.ts";
import { copyState } from "../copy/copy-state.ts";
import { removeCopiedKeys } from "../copy/write/remove-copied-keys.ts";
import { describeAddress, type EtcdAddress } from "../connect/etcd-address.ts";
import { openEtcd } from "../connect/open-etcd.ts";
import { connectToCluster } from "../kubernetes/cluster-client.ts";
import { copyLease } from "./copy-lease.ts";
import { fencedStore } from "../lease/fenced-store.ts";
import type { MigrationLease } from "../lease/held-lease.ts";
import { gatedCluster } from "../lease/gated-cluster.ts";
import { lossForGood } from "../lease/held-lease.ts";
import { reportCopyProgress } from "../copy/report-copy-progress.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { WrittenKeys } from "../copy/write/write-journal.ts";

/** What a copy takes of the cluster. */
export interface CopyEnvironment {
  /** Keeps another one from writing the same keys at the same time. */
  acquireLease(report: (line: string) => void): Promise<MigrationLease>;
  /** Connects to an etcd, and has its answer. */
  open(address: EtcdAddress): Promise<OpenStore>;
}

/** That of an EtcdCluster's members, unless they have another one. */
const gatewayImage = "quay.io/coreos/etcd:v3.4.22";

/** On the cluster that the request names. */
export function copyOnCluster(request: CopyRequest, userInterruption?: AbortSignal): CopyEnvironment {
  const { destination, prefix, timeoutSeconds } = request;
  const { cluster, acquire, interruption } = gatedCluster(connectToCluster(request.cluster), userInterruption);
  return {
    acquireLease: (report) => acquire(copyLease(destination, prefix), { report }),
    open: (address) => openEtcd(cluster, address, { timeoutSeconds, interruption, gatewayImage }),
  };
}

/**
 * Copies all keys below the prefix, verifies every key and value, and makes sure that nothing wrote to the source meanwhile.
 * Keys that stand in the destination already with the same bytes, from a run that was killed, are fine; other keys are never
 * overwritten. What a failed run wrote it takes back, unless it has lost its Lease: then it may be in use.
 *
 * @throws EtcdCopyError
 */
export async function copyBetweenEtcds(
  request: CopyRequest,
  environment: CopyEnvironment,
  report: (line: string) => void,
  interruption: AbortSignal = new AbortController().signal,
): Promise<CopyResult> {
  const names = { source: describeAddress(request.source), destination: describeAddress(request.destination) };
  const lease = await environment.acquireLease(report).catch((cause: unknown) => {
    throw new EtcdCopyError(request.prefix.text, names, cause, nothing);
  });
  try {
    return await copyAlone(request, names, { environment, lease, report, interruption });
  } finally {
    await lease.release();
  }
}

interface AloneRun {
  readonly environment: CopyEnvironment;
  readonly lease: MigrationLease;
  readonly report: (line: string) => void;
  readonly interruption: AbortSignal;
}

async function copyAlone(
  request: CopyRequest,
  names: { readonly source: string; readonly destination: string },
  { environment, lease, report, interruption }: AloneRun,
): Promise<CopyResult> {
  const written = new WrittenKeys();
  const signal = AbortSignal.any([lease.signal, interruption]);
  let source: OpenStore | undefined;
  let destination: OpenStore | undefined;
  try {
    source = await environment.open(request.source);
    destination = fencedStore(await environment.open(request.destination), lease);
    report(`Copying the keys below ${request.prefix.text} from ${names.source} to ${names.destination}.`);
    const result = await copyAndProve({ ...request, source, destination, written, report, signal });
    lease.throwIfLost();
    return result;
  } catch (cause) {
    const loss = await lossForGood(lease, patienceSeconds);
    // Another run may have found these keys equal and ended well, and its application use them since.
    if (loss !== undefined) throw new EtcdCopyError(request.prefix.text, names, loss, { kind: "leftToOther" });
    const leftover = destination === undefined ? nothing : await takeBack(request, destination, written, report);
    throw new EtcdCopyError(request.prefix.text, names, cause, leftover);
  } finally {
    await Promise.all([source?.close(), destination?.close()]);
  }
}

/** Both sides, and what the copy tells and is told. */
interface Copy extends Omit<CopyRequest, "cluster" | "source" | "destination"> {
  readonly source: OpenStore;
  readonly destination: OpenStore;
  /** Told what was written as soon as that is known, so that it can be taken back when anything fails. */
  readonly written: WrittenKeys;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

async function copyAndProve(options: Copy): Promise<CopyResult> {
  const { source, destination, prefix, allowEmptySource = false, leases = "refuse", written, report, signal } = options;
  const startedAt = new Date();
  const [from, to] = await Promise.all([source.status(), destination.status()]);
  const copied = await copyState({
    ...{ source, destination, range: prefix, allowEmptySource, leases, signal },
    onProgress: reportCopyProgress(report),
    onWritten: (latest) => {
      written.add(latest);
    },
  });
  const changes = await changesAfterCopy(source, prefix, copied, { signal });
  if (changes !== undefined) throw new SourceChangedError(prefix.text, copied.keys, changes);
  report(
    `Verified: all is equal, ${counted(copied.keys, "key and its value", "keys and their values")} (SHA-256 ${copied.sha256}).`,
  );
  return {
    keys: copied.keys,
    bytes: copied.bytes,
    sha256: copied.sha256,
    keysAlreadyThere: copied.keysAlreadyThere,
    sourceClusterId: from.clusterId,
    sourceRevision: copied.sourceRevision.toString(),
    destinationClusterId: to.clusterId,
    destinationRevision: copied.destinationRevision.toString(),
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
  };
}

const nothing: Leftover = { kind: "nothing" };

/** As long as the cluster may be away for what was written to be taken back all the same. */
const patienceSeconds = 60;

/** Deletes what this run wrote and nothing else; not to be interrupted. */
async function takeBack(
  { prefix }: CopyRequest,
  destination: OpenStore,
  { revisions, unanswered }: WrittenKeys,
  report: (line: string) => void,
): Promise<Leftover> {
  if (revisions.size === 0 && unanswered.length === 0) return nothing;
  report("The copy failed: removing what it has written.");
  try {
    await removeCopiedKeys({ destination, range: prefix, writtenRevisions: revisions, unanswered });
    return { kind: "removed" };
  } catch (why) {
    return { kind: "left", why };
  }
}
