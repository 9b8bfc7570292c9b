import type { Blocker } from "../blockers/blocker.ts";
import type { GivenAddress } from "../connect/etcd-address.ts";
import type { ClusterApis } from "../kubernetes/cluster-apis.ts";
import type { CarriedPod } from "../trident/new/carried-pod.ts";
import type { KeptThing } from "../destroy/kept-report.ts";

/**
 * What a run is going to do, and why. Plain JSON for a stack's outputs: names, counts, sizes and times, never a key's value
 * or anything of a Secret but when its certificate expires. What could not be found out is absent.
 */
export interface MigrationPlan {
  readonly flow: Flow;
  /** Why it is this flow: what was set, and what was found. */
  readonly why: string;
  /** Whether all that this stack is to keep was found serving, and is recorded as it is: an `up` has nothing to wait for. */
  readonly serves: boolean;
  readonly namespace: string;
  /** Set where the namespace is not there, and made by the run. */
  readonly makesNamespace?: true;
  /** `"context" (https://server)` */
  readonly cluster: string;
  readonly kubernetesVersion?: string;
  readonly world: FoundWorld;
  /** The Trident with an embedded etcd, while there is one. */
  readonly legacy?: LegacyPlan;
  /** The etcd that Trident is moved from. */
  readonly move?: MovePlan;
  /** What is restored, or was. */
  readonly restore?: RestorePlan;
  /** The same, and after the move the etcd that Trident was moved from; names of Secrets, never what is in them. */
  readonly formerEtcd?: GivenAddress;
  /** What of the old Trident's pod the new one has. Its values are no properties: none of them is printed with the plan. */
  readonly carriedPod?: CarriedPod;
  /** What the embedded etcd holds, or for a rollback the new one; absent when it does not run. */
  readonly state?: StatePlan;
  readonly destination: DestinationPlan;
  /** Of the stack's own etcd, by schedule; absent where there is neither a schedule nor a claim with earlier ones. */
  readonly snapshots?: SnapshotPlan;
  /** In order. Empty when there is nothing to do but what Pulumi itself lists. */
  readonly steps: readonly PlannedStep[];
  /** For how long Trident is away: the sum of the estimates of the steps in which it is. */
  readonly outageEstimateSeconds?: number;
  /** Of a migration that was finished earlier. ISO 8601. */
  readonly migratedAt?: string;
  /** Of a rollback that was finished earlier. ISO 8601. */
  readonly rolledBackAt?: string;
  /** Those objects of the stack that exist already, and the legacy Deployment. */
  readonly objects: readonly PlannedObject[];
  readonly certificates: readonly PlannedCertificate[];
  readonly staysBehind: readonly string[];
  readonly destroyRemoves: readonly string[];
  readonly destroyKeeps: readonly KeptThing[];
  /** What is to be known before Trident is upgraded to 19.07 or later; absent where nothing was moved from a claim. */
  readonly beforeAnUpgrade?: string;
  /** Whether the CRD of EtcdCluster is the stack's own, or somebody else's that it uses. */
  readonly crd: "own" | "existing" | "unseen";
  /** How objects are written for the cluster. */
  readonly apis: ClusterApis;
  readonly blockers: readonly Blocker[];
  /** The heaviest first. */
  readonly risks: readonly string[];
}

/** What the stack's identity is compared with. */
export interface FoundWorld {
  /** Of the cluster's namespace kube-system; absent, with a blocker, when it can't be read. */
  readonly clusterUid?: string;
  /** Of the stacks that the objects there were made by, as far as they say so. */
  readonly stackUids: readonly string[];
  /** Whether any object of this program is there. */
  readonly hasObjects: boolean;
}

/**
 * - `install`: nothing there, a new Trident is installed
 * - `migrate`: a Trident with an embedded etcd is moved
 * - `resume`: a migration has begun and not ended; this run finishes it
 * - `migrated`: this program's Trident, with migrated state
 * - `installed`: this program's Trident, installed anew
 * - `rollback`: a migration that has ended is taken back, or a rollback that has begun is finished
 * - `rolledBack`: the old Trident serves again after a rollback
 * - `move`: this program's Trident is moved from one etcd to another, or a move that has begun is finished
 * - `installEtcd`: an etcd alone is made
 * - `etcdInstalled`: an etcd alone is there, or what becomes one once its stopped Trident is removed
 */
export type Flow =
  | "install"
  | "migrate"
  | "resume"
  | "migrated"
  | "installed"
  | "rollback"
  | "rolledBack"
  | "move"
  | "installEtcd"
  | "etcdInstalled";

/** Whether what the stack is to keep is there already. */
export function isServing(flow: Flow): boolean {
  return hasTrident(flow) || flow === "etcdInstalled";
}

/** Whether the stack's Trident is there already, and is to stay. */
export function hasTrident(flow: Flow): boolean {
  return flow === "installed" || flow === "migrated";
}

/** Whether an etcd alone is asked for. */
export function isEtcdAlone(flow: Flow): boolean {
  return flow === "installEtcd" || flow === "etcdInstalled";
}

export interface LegacyPlan {
  readonly deployment: string;
  /** Set where there is no such Deployment any more, and only the claim is left. */
  readonly isUninstalled?: true;
  /** For such a claim: the images of etcd that are tried on a copy of it, in this order. */
  readonly triedEtcdImages?: readonly string[];
  readonly replicas: number;
  readonly tridentImage: string;
  /** As the image's tag says; absent when it says none. */
  readonly tridentVersion?: string;
  readonly etcdImage: string;
  /** As the running server says, or else the image's tag. */
  readonly etcdVersion?: string;
  readonly claim: ClaimPlan;
  /** What of its pod the new Trident has, by names and counts; absent for nothing. */
  readonly carried?: readonly string[];
  /** What of its pod the new one has not, with the reason; absent for nothing. */
  readonly notCarried?: readonly string[];
}

export interface MovePlan {
  /** Such as `the etcd at https://etcd.example.com:2379`. */
  readonly etcd: string;
  /** What the stack is before it and after it. */
  readonly of: "installed" | "migrated";
}

export interface RestorePlan {
  /** As it is asked for. */
  readonly from: string;
  /** Whether an earlier run has done so, and nothing is restored again. */
  readonly isDone: boolean;
  /** ISO 8601; absent where it is still to be done. */
  readonly finishedAt?: string;
  /** Whether the EtcdCluster, whose quorum is lost, is deleted and made anew. */
  readonly remakesEtcd: boolean;
  /** Absent where it is fetched from the cluster, and no run has done so yet. */
  readonly snapshot?: {
    /** Absolute path. */
    readonly file: string;
    /** ISO 8601. */
    readonly savedAt: string;
    readonly savedAtBy: "name" | "file" | "migration";
    readonly etcdVersion?: string;
    readonly revision: string;
  };
  /** Those that are restored. */
  readonly keys?: number;
  readonly counts?: StateCounts;
  /** What is known to be lost, in a sentence. */
  readonly loss?: string;
}

export interface ClaimPlan {
  readonly name: string;
  readonly phase?: string;
  /** The PersistentVolume's name. */
  readonly volume?: string;
  readonly reclaimPolicy?: string;
  readonly storageClass?: string;
  readonly capacity?: string;
  /** Since when its state is not the newest, as its mark says; absent without one. */
  readonly staleSince?: string;
}

export interface StatePlan {
  readonly keys: number;
  readonly counts: StateCounts;
  /** Of all keys and values; absent when reading all values would take too long. */
  readonly bytes?: number;
  /** What Trident says of the form of its state, such as `etcdv3`. */
  readonly storeVersion?: string;
  readonly revision: string;
  readonly clusterId: string;
}

/** Keys by kind. */
export interface StateCounts {
  readonly backends: number;
  readonly volumes: number;
  readonly storageClasses: number;
  readonly nodes: number;
  /** Open ones: work that Trident had begun and not ended. */
  readonly transactions: number;
  readonly other: number;
}

export type DestinationPlan = ManagedDestinationPlan | ExistingDestinationPlan;

/** The stack's own. */
export interface ManagedDestinationPlan extends DestinationState {
  readonly kind: "managed";
  readonly name: string;
  readonly size: number;
  /** How many members it has now, by their own list, and how many of these answer. */
  readonly members?: number;
  readonly answering?: number;
}

/** One that was there before, and stays. */
export interface ExistingDestinationPlan extends DestinationState {
  readonly kind: "existing";
  /** URLs. */
  readonly endpoints: readonly string[];
  /** How it was reached for this plan; absent when it was not. */
  readonly reached?: "directly" | "through a pod";
}

interface DestinationState {
  readonly exists: boolean;
  readonly version?: string;
  readonly clusterId?: string;
  /** Decimal. */
  readonly revision?: string;
  /** Keys under the prefix. Absent when it can't be asked now. */
  readonly keys?: number;
  /** Of those, the ones that have the old Trident's value already. */
  readonly equalKeys?: number;
  readonly foreignKeys?: number;
}

export interface SnapshotPlan {
  /** The PersistentVolumeClaim's name. */
  readonly claim: string;
  /** Set where the run makes it. */
  readonly makesClaim?: true;
  /** Five cron fields; absent where no snapshots are saved any more. */
  readonly schedule?: string;
  /** So many of the newest stay. */
  readonly keep?: number;
  /** And what is not older than so many days. */
  readonly keepDays?: number;
  /** The newest, which was read back when it was saved: nobody has looked at it for this plan. */
  readonly last?: SnapshotSaved;
  /** Of a run after that one. */
  readonly lastFailure?: { readonly at: string; readonly reason: string };
}

export interface SnapshotSaved {
  /** On the claim. */
  readonly name: string;
  /** ISO 8601. */
  readonly at: string;
  readonly revision: string;
  readonly bytes: number;
}

export interface PlannedStep {
  readonly what: string;
  /** What is stopped while it lasts. */
  readonly stops: "nothing" | "Trident";
  readonly estimateSeconds: number;
}

export interface PlannedObject {
  /** `Kind/name` */
  readonly object: string;
  readonly made: "by this program" | "by somebody else";
  readonly becomes: string;
}

export interface PlannedCertificate {
  readonly name: string;
  readonly secret: string;
  /** Where the user brings it from, such as a file or the key of a Secret; absent for one that is generated. */
  readonly from?: string;
  /** ISO 8601; absent for one that is still to be made. */
  readonly expires?: string;
  /** For one that is still to be made. */
  readonly validHours?: number;
}
