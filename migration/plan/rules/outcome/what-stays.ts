import type { KeptThing } from "../../../destroy/kept-report.ts";
import { change } from "../../../wording/change.ts";
import { isEtcdAlone, type ClaimPlan } from "../../migration-plan.ts";
import { etcdRules } from "../etcd/destination.ts";
import { calledFormer, whatDestroyKeeps, type KeepFacts } from "./what-destroy-keeps.ts";

export interface StayFacts extends KeepFacts {
  readonly record: string;
  /** Of the old Trident, while its Deployment is there. */
  readonly claim: ClaimPlan | undefined;
}

export interface WhatStays {
  /** After this run, of what was there before it. */
  readonly staysBehind: readonly string[];
  readonly destroyRemoves: readonly string[];
  readonly destroyKeeps: readonly KeptThing[];
  /** What is to be known before Trident is upgraded; absent where nothing is moved from a claim. */
  readonly beforeAnUpgrade?: string;
}

/** What is left after this run of what was there before it, and what a later `pulumi destroy` removes and keeps. */
export function planWhatStays(facts: StayFacts): WhatStays {
  if (facts.flow === "rollback" || facts.flow === "rolledBack") return afterRollback(facts);
  const { flow, legacyDeployment, claim, formerEtcd } = facts;
  const isMigration = flow === "migrate" || flow === "resume" || flow === "migrated";
  const left = legacyState(claim, isMigration);
  const hadAccount = facts.legacy === undefined || facts.legacy.serviceAccount !== undefined;
  const permissions =
    isMigration && hadAccount
      ? [`ServiceAccount, ClusterRole and ClusterRoleBinding of the old Trident, as its installer made them`]
      : [];
  const snapshot =
    isMigration && facts.snapshotDirectory !== "" ? [`the old etcd's snapshot, under ${facts.snapshotDirectory}`] : [];
  const former =
    formerEtcd === undefined ? [] : [`${calledFormer(formerEtcd)}, with the keys as they were when Trident left it`];
  return {
    staysBehind: [...(isMigration ? [...left, ...permissions, ...snapshot] : []), ...former],
    destroyRemoves: [
      ...(isEtcdAlone(flow) ? [] : [`Deployment ${legacyDeployment} and its permissions (trident-external-etcd)`]),
      ...etcdRules(facts.destination).made(`and so the state in it${lastSnapshot(facts)}`, facts.crd),
      ...(isMigration
        ? [`ConfigMap ${facts.record}, with ${hadAccount ? "the old Deployment's manifest" : "what was migrated"}`]
        : []),
    ],
    destroyKeeps: whatDestroyKeeps(facts),
    ...(isMigration ? { beforeAnUpgrade: beforeAnUpgrade(claim?.name ?? facts.legacy?.claim, hadAccount) } : {}),
  };
}

/** The old Trident is its installer's again; all that the stack made, but for its Trident, waits for the next migration. */
function afterRollback(facts: StayFacts): WhatStays {
  const { snapshotDirectory } = facts;
  const etcd = etcdRules(facts.destination);
  const which = etcd.isSaved ? "the snapshots of both etcds" : "the old etcd's snapshot";
  const snapshots = snapshotDirectory === "" ? [] : [`${which}, under ${snapshotDirectory}`];
  const stack = [
    ...etcd.made("empty of Trident's state", facts.crd),
    "the permissions of the new Trident (trident-external-etcd)",
    `ConfigMap ${facts.record}, with what was carried back`,
  ];
  return {
    staysBehind: [...stack, ...snapshots],
    destroyRemoves: stack,
    destroyKeeps: whatDestroyKeeps(facts),
  };
}

function lastSnapshot({ snapshotDirectory }: StayFacts): string {
  return snapshotDirectory === "" ? "" : `, of which a last snapshot is saved under ${snapshotDirectory}`;
}

function legacyState(claim: ClaimPlan | undefined, isMigration: boolean): string[] {
  if (!isMigration) return [];
  if (claim === undefined) return ["the old Trident's PersistentVolumeClaim and its volume, with its last state"];
  const volume = claim.volume === undefined ? "" : ` and PersistentVolume ${claim.volume}`;
  return [`PersistentVolumeClaim ${claim.name}${volume}, with the old Trident's last state`];
}

/** From 19.07 on, the vendor's installer moves on whatever the claim has. */
function beforeAnUpgrade(claim: string | undefined, canBeRolledBack: boolean): string {
  const which = claim === undefined ? "The old Trident's claim" : `PersistentVolumeClaim ${claim}`;
  const way = canBeRolledBack ? `\`${change({ rollback: true })}\` and \`pulumi up\`` : "see what there is to do";
  return `${which} has the state of before: ahead of Trident 19.07 or later, ${way} (docs/after-19.04.md).`;
}
