import { describeAddress, isEtcdCluster } from "../endpoints/describe-address.ts";
import { deletionCommand } from "../endpoints/etcdctl-command.ts";
import type { EtcdAddress } from "../endpoints/etcd-address.ts";
import type { ClaimPlan, Flow } from "./migration-plan.ts";

export interface StayFacts {
  readonly flow: Flow;
  readonly namespace: string;
  readonly legacyDeployment: string;
  readonly destination: EtcdAddress;
  readonly prefix: string;
  readonly record: string;
  readonly snapshotDirectory: string;
  /** Of the old Trident, while its Deployment is there. */
  readonly claim: ClaimPlan | undefined;
}

export interface WhatStays {
  /** After this run, of what was there before it. */
  readonly staysBehind: readonly string[];
  readonly destroyRemoves: readonly string[];
  readonly destroyKeeps: readonly string[];
}

/** What is left after this run of what was there before it, and what a later `pulumi destroy` removes and keeps. */
export function planWhatStays(facts: StayFacts): WhatStays {
  if (facts.flow === "rollback" || facts.flow === "rolledBack") return afterRollback(facts);
  const { flow, namespace, legacyDeployment, claim } = facts;
  const isMigration = flow === "migrate" || flow === "resume" || flow === "migrated";
  const old = oldState(claim, isMigration);
  const permissions = isMigration
    ? [`ServiceAccount, ClusterRole and ClusterRoleBinding of the old Trident, as its installer made them`]
    : [];
  const snapshot =
    isMigration && facts.snapshotDirectory !== "" ? [`the old etcd's snapshot, under ${facts.snapshotDirectory}`] : [];
  return {
    staysBehind: isMigration ? [...old, ...permissions, ...snapshot] : [],
    destroyRemoves: [
      `Deployment ${legacyDeployment} and its permissions (trident-external-etcd)`,
      ...ofEtcd(facts.destination, "and so the state in it"),
      ...(isMigration ? [`ConfigMap ${facts.record}, with the old Deployment's manifest`] : []),
    ],
    destroyKeeps: [`namespace ${namespace}`, ...stateThatStays(facts), ...old, ...permissions, ...snapshot],
  };
}

/** The old Trident is its installer's again; all that the stack made, but for its Trident, waits for the next migration. */
function afterRollback(facts: StayFacts): WhatStays {
  const { namespace, legacyDeployment, destination, claim, snapshotDirectory } = facts;
  const volume = claim?.volume === undefined ? "" : ` and PersistentVolume ${claim.volume}`;
  const named =
    claim === undefined ? "the old Trident's PersistentVolumeClaim" : `PersistentVolumeClaim ${claim.name}${volume}`;
  const which = isEtcdCluster(destination) ? "the snapshots of both etcds" : "the old etcd's snapshot";
  const snapshots = snapshotDirectory === "" ? [] : [`${which}, under ${snapshotDirectory}`];
  const stack = [
    ...ofEtcd(destination, "empty of Trident's state"),
    "the permissions of the new Trident (trident-external-etcd)",
    `ConfigMap ${facts.record}, with what was carried back`,
  ];
  return {
    staysBehind: [...stack, ...snapshots],
    destroyRemoves: stack,
    destroyKeeps: [
      `namespace ${namespace}`,
      `Deployment ${legacyDeployment}, the old Trident, which serves on`,
      `${named}, with its state`,
      "ServiceAccount, ClusterRole and ClusterRoleBinding of the old Trident, as its installer made them",
      ...snapshots,
    ],
  };
}

/** What this program has made of the etcd. */
function ofEtcd(destination: EtcdAddress, state: string): string[] {
  if (!isEtcdCluster(destination)) {
    const secrets = [destination.clientSecret, destination.credentialsSecret].filter((name) => name !== undefined);
    return secrets.map((name) => `Secret ${name}, for the existing etcd`);
  }
  return [
    `EtcdCluster ${destination.etcdCluster} with its members, ${state}`,
    "the etcd-operator, its permissions and its CustomResourceDefinition",
    "the Secrets etcd-client-tls, etcd-server-tls and etcd-peer-tls",
  ];
}

/** An etcd that was there before is nobody's to empty. */
function stateThatStays({ destination, prefix }: StayFacts): string[] {
  if (isEtcdCluster(destination)) return [];
  const command = deletionCommand(destination.endpoints, prefix);
  return [`${describeAddress(destination)}, with Trident's state under ${prefix}; to remove that: ${command}`];
}

function oldState(claim: ClaimPlan | undefined, isMigration: boolean): string[] {
  if (!isMigration) return [];
  if (claim === undefined) return ["the old Trident's PersistentVolumeClaim and its volume, with its last state"];
  const volume = claim.volume === undefined ? "" : ` and PersistentVolume ${claim.volume}`;
  return [`PersistentVolumeClaim ${claim.name}${volume}, with the old Trident's last state`];
}
