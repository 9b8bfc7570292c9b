import type * as pulumi from "@pulumi/pulumi";
import type { MigrationPlan } from "@trident-etcd/migration/plan/migration-plan.ts";

import type { ClusterChoice } from "../components/cluster-of.ts";
import { ServingCheck } from "../components/stack/serving-check.ts";
import type { Trident } from "../components/trident/trident.ts";
import { legacyTrident } from "./legacy-trident.ts";
import type { Settings } from "./settings/settings.ts";
import type { TridentsEtcd } from "./tridents-etcd.ts";

/** An `up` does not end well before all of it serves. */
export function checkServing(
  settings: Settings,
  plan: MigrationPlan,
  made: {
    readonly access: ClusterChoice;
    readonly record: pulumi.Input<string>;
    readonly etcd: TridentsEtcd;
    /** Undefined for an etcd alone. */
    readonly trident: Trident | undefined;
    /** What Trident's state comes by, if it does. */
    readonly stateMigration: pulumi.Resource | undefined;
    readonly restore: pulumi.Resource | undefined;
  },
): ServingCheck {
  const { access, record, etcd, trident, stateMigration, restore } = made;
  const { namespace, etcdClusterSize, abandonedEtcd, timeoutSeconds } = settings;
  return new ServingCheck(
    "serving-check",
    {
      ...access,
      namespace,
      destination: etcd.address,
      prefix: legacyTrident(settings).prefix,
      record,
      ...(settings.existingEtcdEndpoints.length === 0 ? { size: etcdClusterSize } : {}),
      ...(trident === undefined ? {} : { tridentDeployment: trident.deploymentName }),
      abandonedEtcd,
      timeoutSeconds,
      lookAgain: plan.serves ? "" : new Date().toISOString(),
    },
    { dependsOn: [trident, stateMigration, restore].filter((each) => each !== undefined) },
  );
}
