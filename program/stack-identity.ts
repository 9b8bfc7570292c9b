import * as pulumi from "@pulumi/pulumi";
import type { MigrationPlan } from "@trident-etcd/migration/plan/migration-plan.ts";

import type { AccessToCluster } from "./cluster-access.ts";
import { StackGuard } from "../components/stack/stack-guard.ts";
import { StackIdentity } from "../components/stack/stack-identity.ts";
import type { Settings } from "./settings/settings.ts";
import { showPlan } from "./show-plan.ts";
import { stackName } from "./stack-annotations.ts";

/**
 * Shows the plan, and registers the first resource: whoever is not at home here gets no further. A preview says so before all else
 * that is wrong, which may come of just that; an `up` registers nothing while anything is.
 *
 * @throws PlanBlockedError
 */
export async function registerIdentity(
  plan: MigrationPlan,
  settings: Settings,
  access: AccessToCluster["inputs"],
): Promise<Identity> {
  const { clusterUid, stackUids, hasObjects } = plan.world;
  const isFirstTold = pulumi.runtime.isDryRun() && clusterUid !== undefined;
  if (!isFirstTold) await showPlan(plan, settings);
  if (clusterUid === undefined) throw new Error("a plan for a cluster without a uid has a blocker");
  const resource = new StackIdentity("stack-identity", {
    ...access,
    stack: stackName(),
    cluster: plan.cluster,
    clusterUid,
    namespace: settings.namespace,
    foundStackUids: stackUids,
    foundObjects: hasObjects,
    takeOver: settings.takeOver,
    generatesCertificates: settings.existingEtcdEndpoints.length === 0 && !bringsCertificates(settings),
  });
  await new Promise((resolve) => resource.urn.apply(resolve));
  if (isFirstTold) await showPlan(plan, settings);
  return { resource, cluster: plan.cluster, clusterUid, stackUid: resource.stackUid };
}

export interface Identity {
  readonly resource: StackIdentity;
  /** `"context" (https://server)` */
  readonly cluster: string;
  readonly clusterUid: string;
  readonly stackUid: pulumi.Output<string>;
}

/** What a destroy looks at first; it comes after all that is to be guarded. The old Trident after a rollback is not the stack's. */
export function guardStack(
  { cluster, stackUid, clusterUid }: Identity,
  place: {
    readonly namespace: string;
    readonly record: string;
    /** The Deployment of the stack's own Trident, if it has one. */
    readonly trident: string | undefined;
    readonly access: AccessToCluster["inputs"];
  },
  guarded: pulumi.Resource[],
): void {
  const { namespace, record, trident, access } = place;
  const objects = [
    `/api/v1/namespaces/${namespace}/configmaps/${record}`,
    ...(trident === undefined ? [] : [`/apis/apps/v1/namespaces/${namespace}/deployments/${trident}`]),
  ];
  new StackGuard(
    "stack-guard",
    { ...access, cluster, clusterUid, namespace, stackUid, objects },
    { dependsOn: guarded },
  );
}

function bringsCertificates({ certificateDirectory, serverCertificateSecret }: Settings): boolean {
  return certificateDirectory !== "" || serverCertificateSecret !== "";
}
