import { migrationRecorded, tridentServes } from "../../blockers/etcd-alone-blockers.ts";
import type { MigrationRecord } from "../../record/migration-record.ts";
import type { DeploymentFinding } from "../../trident/legacy/legacy-trident.ts";
import type { FlowFinding, FlowRequest } from "./flow-finding.ts";

/**
 * Where no Trident is asked for. One with an embedded etcd, or somebody else's, is none of this program's business; its own goes
 * only once somebody has stopped it, and never where a migration has to be ended or may still be taken back.
 */
export function decideEtcdAlone(
  request: FlowRequest,
  deployment: DeploymentFinding,
  record: MigrationRecord | undefined,
  hasEtcd: boolean,
): FlowFinding {
  const { namespace, legacyDeployment } = request;
  const flow = hasEtcd ? "etcdInstalled" : "installEtcd";
  const why = "no Trident is asked for";
  if (record?.phase !== undefined) {
    const refusal = migrationRecorded(namespace, request.record, record.phase === "copied");
    return { flow, why: `${why}, and ConfigMap ${request.record} has a migration`, refusal };
  }
  if (deployment.kind === "ours" && deployment.isStopped === true) {
    return { flow, why: `${why}, and this program's Deployment ${legacyDeployment} is stopped`, removesTrident: true };
  }
  if (deployment.kind === "ours") {
    const refusal = tridentServes(namespace, legacyDeployment);
    return { flow, why: `${why}, and Deployment ${legacyDeployment} is this program's`, refusal };
  }
  if (deployment.kind === "absent" || deployment.kind === "uninstalled") return { flow, why };
  return { flow, why: `${why}; Deployment ${legacyDeployment}, which this program has not made, is left as it is` };
}
