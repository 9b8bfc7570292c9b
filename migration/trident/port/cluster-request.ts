import type { EtcdAddress } from "../../connect/etcd-address.ts";
import type { KeyPrefix } from "../../copy/store/key-range.ts";
import type { ClusterAccess } from "../../kubernetes/cluster-client.ts";
import type { Patience } from "../../kubernetes/wait-until.ts";
import type { PodSettings } from "../../kubernetes/pod-settings.ts";
import type { GatedCluster } from "../../lease/gated-cluster.ts";
import type { RecordPlace } from "../../record/migration-record.ts";
import type { ClaimSource } from "../legacy/uninstalled-trident.ts";
import type { NewTridentSpec } from "../new/new-trident.ts";

/** Whose Trident it is. Names only: certificates are read from the Secret where they are used. */
export interface ClusterRequest {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  /** The name of the Deployment that runs Trident with its embedded etcd; the new Trident takes the name over. */
  readonly legacyDeployment: string;
  /** The name of its etcd container. */
  readonly legacyEtcdContainer: string;
  /** Where the state is if Trident was uninstalled before; without it, only one that stands is migrated. */
  readonly legacyClaim?: ClaimSource;
  /** The etcd to move to; unknown to guards that an older version made. */
  readonly destination?: EtcdAddress;
  /** The ConfigMap, made beforehand, that the migration records its steps in. */
  readonly record: string;
  /** The keys to move, such as `/trident/`. */
  readonly prefix: KeyPrefix;
  /** For each single wait. */
  readonly timeoutSeconds: number;
  /**
   * The new Trident, as the stack's own Deployment will have it: it is started and must serve before anything is final. Without
   * it, the caller starts one of its own afterwards, and nothing is undone when that fails.
   */
  readonly newTrident?: NewTridentSpec;
  /** What of the legacy Trident's pod the new one has, for the record. */
  readonly carriedPod?: string;
  /** What pods are given that are there for a moment, in place of what the legacy pod has. */
  readonly helperPod?: PodSettings;
  /** The folder for snapshots; relative to the working directory. None is kept without it, or for "". */
  readonly snapshotDirectory?: string | undefined;
  /** How many keys that a new Trident wrote may be discarded, when exactly that many were found. None are without it. */
  readonly discardedKeys?: number;
  /** Set where a Trident of this program's own is moved from that etcd; else one with an embedded etcd is migrated. */
  readonly source?: MoveSource;
  /** How long a run that was killed keeps the next one waiting. @default 60 */
  readonly leaseSeconds?: number;
}

/** The etcd that a move is from. */
export interface MoveSource {
  readonly address: EtcdAddress;
  /** Decimal: another etcd at that address is refused. */
  readonly clusterId: string;
}

/** What a run asks of its steps. */
export interface ClusterRun {
  /** Ends the long waits of the steps that lead on; those that take something back wait as long as they must. */
  readonly interruption?: AbortSignal | undefined;
  /** Whether an interruption ends every step and request at once, wherever they stand. */
  readonly endsAtOnce?: boolean;
  /** Whether an existing etcd is refused when it is not to be written to. */
  readonly refusesUnusableDestination?: boolean;
}

/** What the steps share. */
export interface Reach extends GatedCluster {
  readonly request: ClusterRequest;
  readonly run: ClusterRun;
}

/** Where such a run keeps its record. */
export function recordPlace({ namespace, record, source }: ClusterRequest): RecordPlace {
  return { namespace, record, ...(source === undefined ? {} : { part: "move" }) };
}

/** For what takes something back: only the loss of the Lease ends it, or an interruption that is to end everything. */
export function untilEnded({ gate, request, run }: Reach): Patience {
  const ends = [gate.heldSignal, run.endsAtOnce === true ? run.interruption : undefined];
  const interruption = AbortSignal.any(ends.filter((signal) => signal !== undefined));
  return { timeoutSeconds: request.timeoutSeconds, interruption };
}
