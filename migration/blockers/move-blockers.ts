import { change } from "../wording/change.ts";
import type { Blocker } from "./blocker.ts";

const object = (deployment: string): string => `Deployment/${deployment}`;

/** No Trident of this program's is there to be moved. */
export function nothingToMove(
  trident: { readonly namespace: string; readonly deployment: string },
  from: string,
  found: string,
): Blocker {
  const { namespace, deployment } = trident;
  return {
    kind: "nothingToMove",
    object: object(deployment),
    message: `Trident is to be moved from ${from}, and in namespace ${namespace} ${found}: there is nothing to move.`,
    remedy: `If none is to be moved, \`${change({ movedFromEtcd: undefined })}\`. A Trident with an embedded etcd is migrated with \`${change({ migrate: true })}\`.`,
  };
}

/** Trident's state is recorded in another etcd than the one that it is to be moved from. */
export function movedFromOther(where: string, clusterIds: { readonly asked: string; readonly found: string }): Blocker {
  const { asked, found } = clusterIds;
  return {
    kind: "movedFromOther",
    object: `cluster id ${asked}`,
    message: `Trident is to be moved from etcd cluster ${asked}, and ${where} is etcd cluster ${found}: the state that is there is not the one that is meant.`,
    remedy: `Find out which of them has Trident's state. To move what is there: \`${change({ movedFromEtcd: found })}\`.`,
  };
}

/** A move began, was killed, and is no longer asked for. */
export function moveUnfinished(
  trident: { readonly namespace: string; readonly deployment: string },
  etcds: { readonly from: string; readonly record: string },
): Blocker {
  const { namespace, deployment } = trident;
  return {
    kind: "moveUnfinished",
    object: object(deployment),
    message:
      `A move of Trident from etcd cluster ${etcds.from} to another etcd began and did not end (ConfigMap ${etcds.record} in namespace ` +
      `${namespace}), and what is asked for now is something else. The etcd that Deployment ${deployment} names has the newest state.`,
    remedy:
      `Set all as it was for the move, with \`${change({ movedFromEtcd: etcds.from })}\`, and run \`pulumi up\`: it ends the move, or ` +
      `puts Trident back if that can't be done. Until then \`kubectl --namespace ${namespace} scale deployment ${deployment} ` +
      `--replicas 1\` has it serve where it is.`,
  };
}
