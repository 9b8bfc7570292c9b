import { counted } from "./copy/counted.ts";
import { EtcdCopyError, SourceChangedError, type Leftover } from "./copy-errors.ts";
import type { CopyRequest, CopyResult } from "./copy-request.ts";
import { changesAfterCopy } from "./copy/changes-after-copy.ts";
import { copyState } from "./copy/copy-state.ts";
import { prefixRange } from "./copy/key-range.ts";
import { removeCopiedKeys } from "./copy/remove-copied-keys.ts";
import type { EtcdAddress } from "./endpoints/etcd-address.ts";
import { describeAddress, isEtcdCluster } from "./endpoints/describe-address.ts";
import { openEtcd } from "./endpoints/open-etcd.ts";
import { connectToCluster } from "./kubernetes/cluster-client.ts";
import { reportCopyProgress } from "./report-copy-progress.ts";
import type { OpenStore } from "./stores/forwarded-store.ts";
import { WrittenKeys } from "./written-keys.ts";

/** Connects to an etcd, and has its answer. */
export type OpenEtcd = (address: EtcdAddress) => Promise<OpenStore>;

/** That of an EtcdCluster's members, unless they have another one. */
const gatewayImage = "quay.io/coreos/etcd:v3.4.22";

/** openEtcd on the cluster that the request names. */
export function openOnCluster(request: CopyRequest, interruption?: AbortSignal): OpenEtcd {
  const { timeoutSeconds } = request;
  const cluster = connectToCluster(request.cluster);
  return (address) =>
    openEtcd(cluster, isEtcdCluster(address) ? address : { gatewayImage, ...address }, {
      timeoutSeconds,
      interruption,
    });
}

/**
 * Copies all keys below the prefix, verifies every key and value, and makes sure that nothing wrote to the source meanwhile.
 * Keys that stand in the destination already with the same bytes, from a run that was killed, are fine; other keys are never
 * overwritten. What a failed run wrote it takes back.
 *
 * @throws EtcdCopyError
 */
export async function copyBetweenEtcds(
  request: CopyRequest,
  open: OpenEtcd,
  report: (line: string) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<CopyResult> {
  const names = { source: describeAddress(request.source), destination: describeAddress(request.destination) };
  const written = new WrittenKeys();
  let source: OpenStore | undefined;
  let destination: OpenStore | undefined;
  try {
    source = await open(request.source);
    destination = await open(request.destination);
    report(`Copying the keys below ${request.prefix} from ${names.source} to ${names.destination}.`);
    return await copyAndProve({ ...request, source, destination, written, report, signal });
  } catch (cause) {
    const leftover = destination === undefined ? nothing : await takeBack(request, destination, written, report);
    throw new EtcdCopyError(request.prefix, names, cause, leftover);
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
  const range = prefixRange(prefix);
  const [from, to] = await Promise.all([source.status(), destination.status()]);
  const copied = await copyState({
    ...{ source, destination, range, allowEmptySource, leases, signal },
    onProgress: reportCopyProgress(report),
    onWritten: (latest) => {
      written.add(latest);
    },
  });
  const changes = await changesAfterCopy(source, range, copied, { signal });
  if (changes !== undefined) throw new SourceChangedError(prefix, copied.keys, changes);
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
    await removeCopiedKeys({ destination, range: prefixRange(prefix), writtenRevisions: revisions, unanswered });
    return { kind: "removed" };
  } catch (why) {
    return { kind: "left", why };
  }
}
