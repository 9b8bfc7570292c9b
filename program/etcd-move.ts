import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { MigrationPlan } from "@trident-etcd/migration/plan/migration-plan.ts";

import type { ClusterChoice } from "../components/cluster-of.ts";
import { EtcdMove } from "../components/migration/etcd-move.ts";
import { legacyTrident } from "./legacy-trident.ts";
import { keysToDiscard } from "./plan-request.ts";
import type { Settings } from "./settings/settings.ts";
import type { TridentsEtcd } from "./tridents-etcd.ts";

/** Undefined where Trident is not to be moved, and never was. */
export function moveTrident(
  settings: Settings,
  plan: MigrationPlan,
  made: {
    readonly access: ClusterChoice;
    readonly record: pulumi.Input<string>;
    readonly etcd: TridentsEtcd;
    readonly newTrident: kubernetes.types.input.apps.v1.DeploymentSpec;
    readonly imagePull: pulumi.Resource;
  },
): EtcdMove | undefined {
  const { namespace, movedFromEtcd: from, snapshotDirectory, timeoutSeconds } = settings;
  if (from === "") return undefined;
  const { access, record, etcd, newTrident, imagePull } = made;
  const { legacyDeployment, prefix } = legacyTrident(settings);
  return new EtcdMove(
    "etcd-move",
    {
      ...access,
      ...{ namespace, legacyDeployment, from, record, prefix, newTrident, snapshotDirectory, timeoutSeconds },
      ...keysToDiscard(settings),
      ...(plan.formerEtcd === undefined ? {} : { source: plan.formerEtcd }),
      destination: etcd.address,
    },
    { dependsOn: [imagePull] },
  );
}

/** For the stack's outputs. */
export function summarizeMove(move: EtcdMove | undefined) {
  if (move === undefined) return undefined;
  const { keys, sha256, sourceClusterId, destinationClusterId, outageSeconds, snapshot, finishedAt } = move;
  return pulumi.output({ keys, sha256, sourceClusterId, destinationClusterId, outageSeconds, snapshot, finishedAt });
}
