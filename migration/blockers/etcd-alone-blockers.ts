import { change } from "../wording/change.ts";
import type { Blocker } from "./blocker.ts";

/** An etcd alone is asked for, and this program's Trident serves from it. */
export function tridentServes(namespace: string, deployment: string): Blocker {
  const scale = `kubectl --namespace ${namespace} scale deployment ${deployment} --replicas 0`;
  return {
    kind: "tridentServes",
    object: `Deployment/${deployment}`,
    message:
      `No Trident is asked for, and this stack's serves (Deployment ${deployment} in namespace ${namespace}): without it no volume ` +
      "can be made, attached for the first time or deleted.",
    remedy: [
      `To keep it, \`${change({ trident: undefined })}\`. To remove it and leave its state in the etcd, where a later Trident finds it, ` +
        "stop it first, and run this again:",
      `  \`${scale}\``,
    ].join("\n"),
  };
}

/** An etcd alone is asked for, where a migration has not ended, or may still be taken back. */
export function migrationRecorded(namespace: string, record: string, isEnded: boolean): Blocker {
  const what = isEnded ? "a migration that has ended" : "a migration that has not ended";
  return {
    kind: "migrationRecorded",
    object: `ConfigMap/${record}`,
    message:
      `No Trident is asked for, and ConfigMap ${record} in namespace ${namespace} has ${what}: whether the old Trident or the new one ` +
      "goes on with the state is to be decided before.",
    remedy: isEnded
      ? `To return to the old Trident, which leaves this etcd without its state, \`${change({ trident: undefined, migrate: true, rollback: true })}\` ` +
        `and run \`pulumi up\`. To keep the new one, \`${change({ trident: undefined, migrate: true })}\`.`
      : `End it: \`${change({ trident: undefined, migrate: true })}\`, and run \`pulumi up\`.`,
  };
}
