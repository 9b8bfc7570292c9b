import type { LeasePolicy } from "../copy/check-source.ts";
import type { KeyPrefix } from "../copy/store/key-range.ts";
import type { EtcdAddress, GivenAddress } from "../connect/etcd-address.ts";
import type { ClusterAccess } from "../kubernetes/cluster-client.ts";

/** What to copy from which etcd to which. Names only: certificates and passwords are read from their Secrets. */
export interface CopyRequest {
  /** Where the Secrets are, and the etcd clusters that are reached through their pods. */
  readonly cluster: ClusterAccess;
  readonly source: EtcdAddress;
  readonly destination: EtcdAddress;
  /** The keys that begin with it are copied. */
  readonly prefix: KeyPrefix;
  /** Whether to be content with a source without such keys. @default false */
  readonly allowEmptySource?: boolean;
  /** What becomes of keys with a lease. @default "refuse" */
  readonly leases?: LeasePolicy;
  /** For each single wait. */
  readonly timeoutSeconds: number;
}

/** What was copied, and the proof of it. Plain strings and numbers: it goes into the stack's state. */
export interface CopyResult {
  readonly keys: number;
  /** The sum of the lengths of all keys and values. */
  readonly bytes: number;
  /** Over all keys and values of the destination, as `copy/verify-copy.ts` describes it. */
  readonly sha256: string;
  /** Keys that stood in the destination, byte-equal, before this run. */
  readonly keysAlreadyThere: number;
  readonly sourceClusterId: string;
  /** The revision that was copied. */
  readonly sourceRevision: string;
  readonly destinationClusterId: string;
  /** The revision at which the destination was verified. */
  readonly destinationRevision: string;
  /** ISO 8601, as is the other. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** A request whose cluster is spread out, so that a kubeconfig is a property of its own. */
export interface CopyInputs extends Omit<CopyRequest, "cluster" | "source" | "destination" | "prefix"> {
  readonly source: GivenAddress;
  readonly destination: GivenAddress;
  readonly prefix: string;
  /** A path or the contents; secret, also among the outputs. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** As in ClusterAccess. */
  readonly clusterUid?: string;
}

/** What is kept of it in the stack's state. */
export type CopyOutputs = CopyInputs & CopyResult;
