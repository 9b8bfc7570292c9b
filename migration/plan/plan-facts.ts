import type { V1Deployment } from "@kubernetes/client-node";
import type { GivenAddress } from "../connect/etcd-address.ts";
import type { Blocker } from "../blockers/blocker.ts";
import type { ClusterApis } from "../kubernetes/cluster-apis.ts";
import type { CarriedPod } from "../trident/new/carried-pod.ts";
import type { AskedMember } from "../members/asked-member.ts";
import type { MemberSpec } from "../members/member-pod.ts";
import type { MigrationRecord, MigrationRecordInvalidError } from "../record/migration-record.ts";
import type { FlowFinding } from "./flow/flow-finding.ts";
import type { ClaimFacts } from "./read/claim.ts";
import type { Access, ServedObject } from "./read/cluster-reader.ts";
import type { DeploymentManagers } from "./read/deployment-managers.ts";
import type { GivenObjects } from "./read/given-objects.ts";
import type { LegacyObjects } from "./read/legacy-objects.ts";
import type { FoundNode } from "./read/nodes.ts";
import type { MemberStorageFacts } from "./read/member-storage.ts";
import type { NamespaceFacts } from "./read/namespace/read-namespace.ts";
import type { OtherTridents } from "./read/other-tridents.ts";
import type { RunningMigration } from "./read/running-migration.ts";
import type { PullSecretFacts } from "./read/pull-secrets.ts";
import type { RestoreRead } from "./read/restore.ts";
import type { SnapshotFacts } from "./read/snapshots.ts";
import type { FoundObject } from "./read/stack-objects.ts";
import type { StateRead } from "./read/state/read-state.ts";

/** All that was found out by asking the cluster and the etcds. */
export interface PlanFacts {
  readonly cluster: string;
  /** Undefined when it may not be read. */
  readonly clusterUid: string | undefined;
  readonly kubernetesVersion: string | undefined;
  /** How the cluster takes objects and requests. */
  readonly apis: ClusterApis;
  /** What is needed and not served, each with all its forms. */
  readonly unservedApis: readonly (readonly string[])[];
  readonly now: Date;
  /** Whether the namespace is not there, and to be made. */
  readonly makesNamespace: boolean;
  readonly flow: FlowFinding;
  readonly record: MigrationRecord | undefined;
  /** Why it can't be used. */
  readonly recordFailure: MigrationRecordInvalidError | undefined;
  /** Permissions; undefined when nobody may ask for them. */
  readonly missing: readonly Access[] | undefined;
  readonly others: OtherTridents;
  /** Of the legacy Deployment, while it stands. */
  readonly managers: DeploymentManagers | undefined;
  /** The cluster's DNS Service, if nothing answers behind it. */
  readonly silentDns: string | undefined;
  /** Undefined when they may not be listed. */
  readonly nodes: readonly FoundNode[] | undefined;
  readonly running: RunningMigration | undefined;
  readonly objects: readonly FoundObject[];
  readonly given: GivenObjects;
  readonly etcdCluster: ServedObject | undefined;
  /** Of the stack's own etcd; undefined when their pods could not be listed. */
  readonly members: readonly AskedMember[] | undefined;
  /** Where the storage for members' claims comes from; undefined where they have none. */
  readonly memberStorage?: MemberStorageFacts | undefined;
  /** What the EtcdCluster will say of its members; undefined where nobody says. */
  readonly plannedMembers?: MemberSpec;
  /** Why this program's Trident, which is to serve, does not. */
  readonly tridentTrouble: string | undefined;
  /** The Deployment of this program's Trident. */
  readonly newTrident: V1Deployment | undefined;
  readonly claim: ClaimFacts | undefined;
  /** The legacy Trident's, while there is one or the record tells of it. */
  readonly legacyObjects: LegacyObjects | undefined;
  /** The etcd that Trident is moved from, or was. */
  readonly formerEtcd?: GivenAddress | undefined;
  /** What of the legacy Trident's pod the new one is to have, or has. */
  readonly carriedPod?: CarriedPod;
  readonly pullSecrets?: PullSecretFacts;
  /** What is to be restored, and what restores have left in the record. */
  readonly restore?: RestoreRead;
  /** Of the stack's own etcd, by schedule. */
  readonly snapshots?: SnapshotFacts | undefined;
  readonly state: StateRead;
  /** Undefined when there is no such namespace. */
  readonly namespace: NamespaceFacts | undefined;
  /** Found on the way. */
  readonly blockers: readonly Blocker[];
}
