import { makePlan } from "../../../migration/plan/make-plan.ts";
import type { MigrationPlan } from "../../../migration/plan/migration-plan.ts";
import type { MigrationRequest } from "../../../migration/migrate/migrate-trident-state.ts";

/** The plan of a stack that would migrate what the request says. */
export async function planIn(request: MigrationRequest): Promise<MigrationPlan> {
  return makePlan({
    ...request,
    stack: "organization/trident-etcd/scene",
    takeOver: false,
    migrate: true,
    rollback: false,
    tridentImage: "netapp/trident:19.04.0",
    etcdClusterSize: 3,
    etcdVersion: "3.4.22",
    abandonedEtcd: "",
    certificateValidityHours: 43800,
    certificateEarlyRenewalHours: 720,
    snapshotDirectory: request.snapshotDirectory ?? "",
  });
}
