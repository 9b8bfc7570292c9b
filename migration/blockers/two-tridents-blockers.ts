import { change } from "../wording/change.ts";
import { counted } from "../wording/counted.ts";
import type { Blocker } from "./blocker.ts";

/** How many keys each Trident wrote since the copy; undefined where its etcd could not be asked. */
export interface WrittenByBoth {
  readonly old: number | undefined;
  readonly new: number | undefined;
}

/** Their Deployments. */
interface TwoTridents {
  readonly namespace: string;
  readonly old: string;
  readonly new: string;
}

/** The old Trident was started, or changed, by somebody while the new one has its state. */
export function bothTridents(
  { namespace, old, new: fresh }: TwoTridents,
  wrote: WrittenByBoth,
  isStoppedByHand: boolean,
): Blocker {
  const kubectl = `kubectl --namespace ${namespace}`;
  const mark = isStoppedByHand
    ? `\`${kubectl} annotate deployment ${old} --overwrite trident-etcd/replicas-before-migration=1\``
    : `\`${kubectl} scale deployment ${old} --replicas=0\``;
  return {
    kind: "bothTridents",
    object: `Deployment/${old}`,
    message:
      `Deployment ${old} in namespace ${namespace} is the old Trident, and since a migration stopped it something else has ` +
      `${isStoppedByHand ? "changed" : "started"} it; the new one (Deployment ${fresh}) has its state. ${describeBoth(wrote)}`,
    remedy:
      `To go on with the new one${givingUp(wrote.old, "old")}: ${mark}${wayToGiveUp(wrote.old)}, then \`pulumi up\`. To go back to ` +
      `the old one${givingUp(wrote.new, "new")}: \`${kubectl} scale deployment ${fresh} --replicas=0\`` +
      `${wayToGiveUp(wrote.new)}, then \`pulumi up\`, which migrates it anew.`,
  };
}

/** After a finished migration an old Trident stands again under its name, and no rollback put it there. */
export function legacyRestored({ namespace, old }: TwoTridents, wrote: WrittenByBoth): Blocker {
  return {
    kind: "legacyRestored",
    object: `Deployment/${old}`,
    message:
      `The migration has ended, and Deployment ${old} in namespace ${namespace} is an old Trident again that somebody put ` +
      `back by hand. ${describeBoth(wrote)}`,
    remedy:
      `To keep it${givingUp(wrote.new, "new")}: \`${change({ rollback: true })}\`${wayToGiveUp(wrote.new)}, then ` +
      `\`pulumi up\`; after that \`pulumi destroy\` keeps it, too, and \`${change({ rollback: undefined })} && pulumi up\` migrates it again. To ` +
      `return to the new one: \`kubectl --namespace ${namespace} delete deployment ${old}\`, then \`pulumi up --refresh\`.`,
  };
}

/** A new Trident that a migration started stands, and no migration is asked for any more. */
export function newTridentStands(namespace: string, deployment: string): Blocker {
  return {
    kind: "newTridentStands",
    object: `Deployment/${deployment}`,
    message:
      `Deployment ${deployment} in namespace ${namespace} is the new Trident of a migration that has not ended, and it ` +
      `is not asked for any more: the stack's own would be a second Trident on the same etcd.`,
    remedy: `Finish the migration first: \`${change({ migrate: true })}\`, then \`pulumi up\`.`,
  };
}

/** A rollback was asked for and has not ended, and neither it nor the migration is asked for any more: Pulumi would remove the migration, and so finish it. */
export function rollbackRequested(namespace: string, record: string): Blocker {
  return {
    kind: "rollbackUnfinished",
    object: `ConfigMap/${record}`,
    message:
      `A rollback was asked for and has not ended (ConfigMap ${record} in namespace ${namespace}), and neither it nor the ` +
      `migration is asked for any more: removing the migration from the stack would finish it.`,
    remedy:
      `To finish it: \`${change({ migrate: true })}\`, \`${change({ rollback: true })}\`, then \`pulumi up\`. To stay with the ` +
      `new Trident: \`${change({ migrate: true })}\`, then \`pulumi up\`.`,
  };
}

function describeBoth(wrote: WrittenByBoth): string {
  const by = (count: number | undefined, which: string): string =>
    count === undefined
      ? `what the ${which} one has written can't be told now`
      : `the ${which} one has written ${counted(count, "key")}`;
  return `Since the copy, ${by(wrote.new, "new")} and ${by(wrote.old, "old")}; the other one's etcd does not have that.`;
}

function givingUp(count: number | undefined, which: string): string {
  if (count === 0) return "";
  return ` and give up ${count === undefined ? "what" : counted(count, "key") + " that"} the ${which} one wrote`;
}

function wayToGiveUp(count: number | undefined): string {
  return count === 0 ? "" : `, \`${change({ discardedKeys: count ?? "N" })}\``;
}
