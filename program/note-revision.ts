import * as pulumi from "@pulumi/pulumi";
import { connectToCluster, type ClusterAccess } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import type { MigrationPlan } from "@trident-etcd/migration/plan/migration-plan.ts";
import { noteRevision } from "@trident-etcd/migration/serving/note-revision.ts";

/** In the stack's record, which is none of Pulumi's affair: an `up` without changes has none to show. Nothing in a preview. */
export async function noteRevisionSeen(
  plan: Pick<MigrationPlan, "serves" | "destination">,
  place: { readonly cluster: ClusterAccess; readonly namespace: string; readonly record: string },
): Promise<void> {
  const { revision } = plan.destination;
  // Only of the etcd that is recorded, with all of its members.
  if (pulumi.runtime.isDryRun() || !plan.serves || revision === undefined) return;
  const { cluster, namespace, record } = place;
  await noteRevision(connectToCluster(cluster), { namespace, record }, revision, new Date());
}
