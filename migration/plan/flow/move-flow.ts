import { moveUnfinished, movedFromOther, nothingToMove } from "../../blockers/move-blockers.ts";
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
  if (deployment.kind !== "ours") {
    const found =
      deployment.kind === "legacy" ? "a Trident with its etcd in the same pod stands" : notOurs[deployment.kind];
    return { flow: "move", why, refusal: nothingToMove(trident, `etcd cluster ${from}`, found) };
  }
  if (recorded === undefined) {
    return {
      flow: "move",
      why,
      refusal: nothingToMove(trident, `etcd cluster ${from}`, "no etcd is recorded as Trident's"),
    };
  }
  if (recorded !== from) {
    return {
      flow: "move",
      why,
      refusal: movedFromOther("the one that Trident's state is recorded in", { asked: from, found: recorded }),
    };
  }
  const { finding, source } = move;
  if (finding?.kind === "foreign" && isUnfinished(move)) {
    return { flow: "move", why, refusal: moveUnfinished(trident, { from, record: request.record }) };
  }
  if (finding?.kind !== "legacy" || source === undefined) {
    const found =
      finding?.kind === "foreign"
        ? finding.why
        : `Trident's Deployment names ${describeAddress(request.destination)} already`;
    return {
      flow: "move",
      why,
      refusal: nothingToMove(
        trident,
        source === undefined ? `etcd cluster ${from}` : describeAddress(etcdAddress(source)),
        found,
      ),
    };
  }
  const hasArrived = finding.legacy.stoppedByMigration && deployment.isStopped !== true;
  const resumed = isUnfinished(move) ? "; an earlier run began it and did not end" : "";
  return { flow: "move", why: `${why}${resumed}`, legacy: finding.legacy, isCopied: hasArrived };
}

const notOurs = {
  absent: "there is no Deployment of Trident",
  uninstalled: "there is no Deployment of Trident",
  foreign: "Deployment of Trident's name is not this program's",
} as const;

/** Whether a run may have left Trident stopped, or started on the other etcd. */
function isUnfinished({ record }: MoveRead): boolean {
  return record?.phase === "stopped";
}
