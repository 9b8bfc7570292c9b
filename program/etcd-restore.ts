import * as pulumi from "@pulumi/pulumi";
import type { EtcdClusterAddress } from "@trident-etcd/migration/connect/etcd-address.ts";
import { scheduledSnapshots } from "@trident-etcd/migration/snapshot/schedule/schedule-names.ts";
import type { MigrationPlan } from "@trident-etcd/migration/plan/migration-plan.ts";

import type { ClusterChoice } from "../components/cluster-of.ts";
import { EtcdRestore } from "../components/migration/etcd-restore.ts";
import { legacyTrident } from "./legacy-trident.ts";
import { isGiven, podsOf } from "./pods.ts";
import type { Settings } from "./settings/settings.ts";
import type { TridentsEtcd } from "./tridents-etcd.ts";

/** Undefined where nothing is to be restored, and nothing was. */
export function restoreEtcd(
  settings: Settings,
  plan: Pick<MigrationPlan, "restore">,
  etcdName: string,
  made: {
    readonly access: ClusterChoice;
    readonly record: pulumi.Input<string>;
    readonly etcd: Pick<TridentsEtcd, "address">;
  },
): EtcdRestore | undefined {
  const { namespace, restoreFrom: from, abandonedEtcd, etcdClusterSize, snapshotDirectory, timeoutSeconds } = settings;
  if (from === "") return undefined;
  const { access, record, etcd } = made;
  const { legacyDeployment, legacyClaim, prefix } = legacyTrident(settings);
  const pods = podsOf(settings);
  return new EtcdRestore("etcd-restore", {
    ...access,
    ...{ namespace, record, prefix, from, abandonedEtcd, size: etcdClusterSize, snapshotDirectory, timeoutSeconds },
    // Settings let it be the stack's own alone.
    destination: etcd.address as pulumi.Output<EtcdClusterAddress>,
    ...(settings.trident ? { tridentDeployment: legacyDeployment } : {}),
    snapshotClaim: snapshotClaimOf(settings, etcdName),
    etcdImage: `${settings.etcdRepository}:v${settings.etcdVersion}`,
    ...(from === "legacyClaim" ? { legacyClaim } : {}),
    ...(isGiven(pods.helper) ? { helperPod: pods.helper } : {}),
    run: plan.restore?.isDone === false ? new Date().toISOString() : "",
  });
}

/** The claim that snapshots by schedule are on. */
export function snapshotClaimOf({ snapshotClaim }: Pick<Settings, "snapshotClaim">, etcdName: string): string {
  return snapshotClaim === "" ? scheduledSnapshots(etcdName).objectName : snapshotClaim;
}

/** For the stack's outputs. */
export function summarizeRestore(restore: EtcdRestore | undefined) {
  if (restore === undefined) return undefined;
  const { file, savedAt, revision, keys, sha256, destinationClusterId, finishedAt } = restore;
  const { lostRevisions, lostSeconds } = restore;
  return pulumi.output({
    ...{ file, savedAt, revision, keys, sha256 },
    destinationClusterId,
    lostRevisions,
    lostSeconds,
    finishedAt,
  });
}
