import type { KeyPrefix } from "../copy/store/key-range.ts";
import type { EtcdAddress } from "../connect/etcd-address.ts";
import type { ClusterAccess } from "../kubernetes/cluster-client.ts";
import type { ClaimSource } from "../trident/legacy/uninstalled-trident.ts";
import type { NewTridentSpec } from "../trident/new/new-trident.ts";

/** What to migrate, from where to where. Names only: certificates are read from the Secret where they are used. */
export interface MigrationRequest {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  /** The name of the Deployment that runs Trident with its embedded etcd; the new Trident takes the name over. */
  readonly legacyDeployment: string;
  /** The name of its etcd container. */
  readonly legacyEtcdContainer: string;
  /** Where the state is if Trident was uninstalled before; without it, only one that stands is migrated. */
  readonly legacyClaim?: ClaimSource;
  /** The etcd to move to. */
  readonly destination: EtcdAddress;
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
  /** The folder for a snapshot of the old etcd; relative to the working directory. None is kept without it, or for "". */
  readonly snapshotDirectory?: string;
  /** How many keys that a new Trident wrote may be discarded, when exactly that many were found. None are without it. */
  readonly discardedKeys?: number;
  /** How long a migration that was killed keeps the next one waiting. @default 60 */
  readonly leaseSeconds?: number;
}
