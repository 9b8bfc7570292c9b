import { moveUnfinished, movedFromOther, nothingToMove } from "../../blockers/move-blockers.ts";
import type { Blocker } from "../../blockers/blocker.ts";
import { describeAddress, etcdAddress } from "../../connect/etcd-address.ts";
import type { MigrationRecord } from "../../record/migration-record.ts";
import { recordedEtcd } from "../../record/recorded-etcd.ts";
import type { DeploymentFinding } from "../../trident/legacy/legacy-trident.ts";
import type { PlanRequest } from "../plan-request.ts";
import type { MoveRead } from "../read/move.ts";
import type { FlowFinding } from "./flow-finding.ts";

/** The move that is asked for and not done, or that began and is not asked for any more; undefined where none is to be spoken of. */
export function decideMove(
  request: PlanRequest,
  deployment: DeploymentFinding,
  stack: MigrationRecord | undefined,
  move: MoveRead,
): FlowFinding | undefined {
  const { namespace, legacyDeployment, movedFromEtcd: from } = request;
  const trident = { namespace, deployment: legacyDeployment };
  const recorded = recordedEtcd(stack)?.clusterId;
  if (from === undefined || request.rollback || request.trident === false) {
    if (!isUnfinished(move) || deployment.kind !== "ours") return undefined;
    const refusal = moveUnfinished(trident, { from: recorded ?? "ID", record: request.record });
    return { flow: "installed", why: "a move from one etcd to another began and did not end", refusal };
  }
  if (stack?.movedFromEtcd === from && recorded !== from) return undefined;
  const why = `Trident is to be moved from etcd cluster ${from} to ${describeAddress(request.destination)}`;
  const refused = (refusal: Blocker): FlowFinding => ({ flow: "move", why, refusal });
  const nothing = (found: string, where = `etcd cluster ${from}`) => refused(nothingToMove(trident, where, found));
  if (deployment.kind !== "ours") return nothing(notOurs[deployment.kind]);
  if (recorded === undefined) return nothing("no etcd is recorded as Trident's");
  if (recorded !== from) {
    return refused(movedFromOther("the one that Trident's state is recorded in", { asked: from, found: recorded }));
  }
  const { finding, source } = move;
  if (finding?.kind === "foreign" && isUnfinished(move)) {
    return refused(moveUnfinished(trident, { from, record: request.record }));
  }
  if (finding?.kind !== "legacy" || source === undefined) {
    const named = `Trident's Deployment names ${describeAddress(request.destination)} already`;
    return nothing(finding?.kind === "foreign" ? finding.why : named, source && describeAddress(etcdAddress(source)));
  }
  const hasArrived = finding.legacy.stoppedByMigration && deployment.isStopped !== true;
  const resumed = isUnfinished(move) ? "; an earlier run began it and did not end" : "";
  return { flow: "move", why: `${why}${resumed}`, legacy: finding.legacy, isCopied: hasArrived };
}

const notOurs = {
  legacy: "a Trident with its etcd in the same pod stands",
  absent: "there is no Deployment of Trident",
  uninstalled: "there is no Deployment of Trident",
  foreign: "Deployment of Trident's name is not this program's",
} as const;

/** Whether a run may have left Trident stopped, or started on the other etcd. */
function isUnfinished({ record }: MoveRead): boolean {
  return record?.phase === "stopped";
}
