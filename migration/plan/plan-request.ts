import type { ShownCertificates } from "../certificates/brought-certificates.ts";
import type { KeyPrefix } from "../copy/store/key-range.ts";
import type { EtcdAddress } from "../connect/etcd-address.ts";
import type { EtcdIdentity } from "../connect/etcd-identity.ts";
import type { ClusterAccess } from "../kubernetes/cluster-client.ts";
import type { PodsDependOn, StackPods } from "./stack-pods.ts";
import type { ClaimSource } from "../trident/legacy/uninstalled-trident.ts";

/** What is asked for, as far as the plan depends on it. Names only, but for how to identify oneself to an existing etcd. */
export interface PlanRequest {
  readonly cluster: ClusterAccess;
  /** Names the stack, as its objects are annotated: `ORGANIZATION/PROJECT/STACK`. */
  readonly stack: string;
  /** Whether what is there becomes this stack's, whichever stack has made it. */
  readonly takeOver: boolean;
  readonly namespace: string;
  /**
   * Whether the run makes the namespace where it is not there.
   * @default false
   */
  readonly createNamespace?: boolean;
  /**
   * Whether Trident is to run on the etcd; without it an etcd alone is made.
   * @default true
   */
  readonly trident?: boolean;
  readonly migrate: boolean;
  /** Whether a migration that has ended is to be taken back. */
  readonly rollback: boolean;
  /** The Deployment of the old Trident, whose name the new one takes over. */
  readonly legacyDeployment: string;
  readonly legacyEtcdContainer: string;
  /** Where the state is if Trident was uninstalled before. */
  readonly legacyClaim?: ClaimSource;
  /** Claims whose state is given up. */
  readonly abandonedClaims?: readonly string[];
  /** The one of OpenShift's SecurityContextConstraints that is to admit Trident's pods; absent on plain Kubernetes. */
  readonly securityContextConstraint?: string;
  /**
   * Who makes what Trident needs in the whole cluster: the stack, or an administrator.
   * @default "own"
   */
  readonly tridentClusterRole?: "own" | "existing";
  /**
   * The same for the CRD of EtcdCluster; the stack uses one that somebody else has made either way.
   * @default "own"
   */
  readonly etcdClusterCrd?: "own" | "existing";
  /** The name of the ConfigMap with the migration's record. */
  readonly record: string;
  readonly prefix: KeyPrefix;
  /** The etcd that Trident gets. */
  readonly destination: EtcdAddress;
  /** For a destination that is not the stack's own. */
  readonly existing?: ExistingEtcdRequest;
  /** The new Trident's. */
  readonly tridentImage: string;
  /** Of the stack's own etcd; absent for another one. */
  readonly images?: { readonly operator: string; readonly etcd: string };
  /** What its pods will be like, for the namespace to be asked whether it takes them; absent where that is not known. */
  readonly stackPods?: (dependOn: PodsDependOn) => Promise<StackPods>;
  readonly etcdClusterSize: number;
  /** The members', without a leading v; a digest may follow. */
  readonly etcdVersion: string;
  /** The cluster id of an etcd whose state is given up, or was moved by hand; empty for none. */
  readonly abandonedEtcd: string;
  /** The cluster id of the etcd that Trident's state is to be moved from, or was; absent for none. */
  readonly movedFromEtcd?: string;
  /** What the stack's own etcd is to be restored from, as `parseRestoreSource` takes it; absent for nothing. */
  readonly restoreFrom?: string;
  /** The claim with the snapshots that it may name; absent where it names none on a claim. */
  readonly restoreClaim?: string;
  /** The name of the EtcdCluster that the stack has, or had before it was given another etcd; absent where it never has one. */
  readonly ownEtcd?: string;
  readonly certificateValidityHours: number;
  readonly certificateEarlyRenewalHours: number;
  /** How the stack's own are generated; absent where they are not. */
  readonly generatedCertificates?: GeneratedAuthority;
  /** Those that the user brings, without their keys; absent where they are generated. */
  readonly broughtCertificates?: ShownCertificates;
  /** Where the old etcd's snapshot is kept; empty for none. */
  readonly snapshotDirectory: string;
  /** When the stack's own etcd is defragmented, as five cron fields; absent for never. */
  readonly defragmentationSchedule?: string;
  /** The claims that members keep their data on; absent where that is in their pods. */
  readonly memberStorage?: { readonly size: string; readonly storageClass: string };
  /** What is saved of the stack's own etcd while it serves; nothing without it. */
  readonly snapshots?: SnapshotRequest;
  /** What is set of pods; nothing without it. */
  readonly pods?: PodRequest;
  /** How many keys that a new Trident wrote the user gives up; none without it. */
  readonly discardedKeys?: number;
}

export interface SnapshotRequest {
  /** Five cron fields. */
  readonly schedule: string;
  readonly keep: number;
  readonly keepDays: number;
  /** Somebody's that is there; absent for one that is made. */
  readonly claim?: string;
  /** Of one that is made. */
  readonly storageSize: string;
  /** The same; empty for the cluster's default one. */
  readonly storageClass: string;
}

export interface PodRequest {
  /** Those fields of the new Trident's pod that a setting decides, whatever the old one has there. */
  readonly tridentFields: readonly string[];
  /** Names of Secrets with which pods pull besides what is carried. */
  readonly pullSecrets: readonly string[];
  /** Those with which the members are to pull; they do so with what ServiceAccount `default` has. */
  readonly memberPullSecrets: readonly string[];
}

/** Its Secrets are made only by the run: the plan has what they will hold. */
export interface ExistingEtcdRequest {
  readonly identity: EtcdIdentity;
  /** Whether an installation starts on the state that is there. */
  readonly adoptState: boolean;
  /** Not so in a preview: one that can't reach the etcd says that. */
  readonly mayMakePods: boolean;
  /** How long to wait for such a pod. */
  readonly timeoutSeconds: number;
}

/** What makes another CA of a generated one; its dates may change, since its name and key stay. */
export interface GeneratedAuthority {
  readonly keyAlgorithm: "RSA" | "ECDSA";
  /** Empty for none. */
  readonly organization: string;
}
