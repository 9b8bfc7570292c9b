import { change } from "../wording/change.ts";
import { counted, listed } from "../wording/counted.ts";
import type { Blocker } from "./blocker.ts";

/** There is nothing in it that could be restored. */
export function restoreEmptySource(from: string, file: string, whatKeys: string): Blocker {
  return {
    kind: "restoreSource",
    object: from,
    message: `${file} holds no ${whatKeys}: there is nothing to restore from it.`,
    remedy: `Name another snapshot with \`${change({ restoreFrom: "FILE" })}\`; to begin without a state, \`${change({ restoreFrom: undefined })}\`.`,
  };
}

/** Nothing that stands is ever written over. */
export function restoreOverKeys(etcd: string, count: number, whatKeys: string): Blocker {
  return {
    kind: "restoreOverKeys",
    object: etcd,
    message: `A restore is asked for, and ${etcd} has ${counted(count, whatKeys, whatKeys.replace("key", "keys"))}: a state is restored into an etcd without any.`,
    remedy:
      `To go on with what is there: \`${change({ restoreFrom: undefined })}\`. To bring back single keys that are missing, ` +
      "`trident-etcd copy --from-snapshot FILE` (docs/restoring-from-a-snapshot.md), which writes over none either.",
  };
}

/** The EtcdCluster was deleted by hand, and Pulumi does not know. */
export function restoreWithoutEtcd(from: string): Blocker {
  return {
    kind: "restoreWithoutEtcd",
    object: "EtcdCluster",
    message: `A restore from ${from} is asked for, and there is no EtcdCluster to restore into: it was deleted, and Pulumi does not know of it.`,
    remedy: "`pulumi up --refresh` makes it anew, and restores into it.",
  };
}

/** An etcd is given up by its id alone. */
export function restoreWithoutWord(clusterId: string | undefined, seen: string): Blocker {
  return {
    kind: "quorumLost",
    object: "EtcdCluster",
    message: `The etcd${clusterId === undefined ? "" : ` (cluster id ${clusterId})`} has lost its quorum (${seen}), and is not given up.`,
    remedy:
      clusterId === undefined
        ? "Delete the EtcdCluster, in which no state was ever recorded, and run `pulumi up --refresh`."
        : `To give it up for what is restored: \`${change({ abandonedEtcd: clusterId })}\`, then \`pulumi up\`.`,
  };
}

/** What does not go together with a restore. */
export function restoreBeside(what: string, remedy: string): Blocker {
  return { kind: "restoreBeside", object: "restoreFrom", message: `A restore is asked for, and ${what}.`, remedy };
}

/** A restore began, was killed or failed, and is no longer asked for. */
export function restoreUnfinished(namespace: string, record: string, from: string): Blocker {
  return {
    kind: "restoreUnfinished",
    object: `ConfigMap/${record}`,
    message: `A restore from ${from} began and did not end (ConfigMap ${record} in namespace ${namespace}): Trident may be stopped, and its state half copied.`,
    remedy: `\`${change({ restoreFrom: from })}\` and \`pulumi up\` end it.`,
  };
}

/** Another source is asked for than the one whose copy is half done. */
export function restoreBegunFromOther(
  { namespace, etcdCluster }: { readonly namespace: string; readonly etcdCluster: string },
  { begun, asked }: { readonly begun: string; readonly asked: string },
): Blocker {
  return {
    kind: "restoreUnfinished",
    object: `EtcdCluster/${etcdCluster}`,
    message: `A restore from ${begun} began and did not end, and has copied a part of it; ${asked} is asked for by now.`,
    remedy: [
      `\`${change({ restoreFrom: begun })}\` and \`pulumi up\` end it. To restore ${asked} in its place, have the half copy go first:`,
      `  kubectl --namespace ${namespace} delete etcdcluster ${etcdCluster}`,
      "  pulumi up --refresh",
    ].join("\n"),
  };
}

/** A copy does not carry leases. */
export function restoreWithLeases(
  file: string,
  leased: { readonly count: number; readonly first: readonly string[] },
): Blocker {
  return {
    kind: "leasedKeys",
    object: "restoreFrom",
    message: `In ${file}, ${counted(leased.count, "key has a lease", "keys have leases")} (${listed(leased)}), which a restore does not bring back: they would stay for ever.`,
    remedy:
      `To restore without leases: \`${change({ restoreFrom: undefined })}\`, and once the etcd serves \`trident-etcd copy --from-snapshot FILE ` +
      "--leases copy-without` (docs/restoring-from-a-snapshot.md).",
  };
}
