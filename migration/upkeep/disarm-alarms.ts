import type { RaisedAlarm } from "../etcd/messages/maintenance-messages.ts";
import { servingMembers, type AnsweringMember } from "../members/asked-member.ts";
import { describeBytes } from "../wording/describe-amount.ts";
import { compactHistory } from "./compact-history.ts";
import { databaseUses, fullestOf, shareOf, type DatabaseUse } from "./database-use.ts";
import { defragmentMembers, type DefragmentationRequest, type DefragmentedMember } from "./defragment-members.ts";
import { askWhileAllServe, inTheMidst, UpkeepRefusedError, type UpkeptEtcd } from "./upkept-etcd.ts";

export interface DisarmedAlarms {
  /** What was raised before. */
  readonly alarms: readonly RaisedAlarm[];
  /** Empty where nothing was raised, or only for members that are gone. */
  readonly members: readonly DefragmentedMember[];
}

/** The etcd has no room for what it is to hold; its alarm is still raised. */
export class DatabaseFullError extends Error {
  override readonly name = "DatabaseFullError";

  constructor({ pod, bytes, quotaBytes }: DatabaseUse) {
    super(
      `The alarm stays raised: the database of ${pod} takes ${describeBytes(bytes)} of its quota of ${describeBytes(quotaBytes)} after a defragmentation. ` +
        `What the keys are now is too much for it: raise ETCD_QUOTA_BACKEND_BYTES among the members' variables (docs/upkeep.md; ` +
        `etcd advises 8 GiB at most), run \`pulumi up\`, which replaces the members one by one, and then this again`,
    );
    this.stack = "";
  }
}

/** Of its quota: from the first on the next write would raise the alarm again, from the second on before long. */
const fullFrom = 0.98;
const nearlyFullFrom = 0.8;

/**
 * Cures an etcd that has come to its quota: has it forget what its keys were, writes each member's database anew, takes the alarm back
 * and tries with a key of no use whether it takes writes. A member whose data are spoilt is left alone, and so is its alarm.
 *
 * @throws UpkeepRefusedError before anything is done, DatabaseFullError, DefragmentationError
 */
export async function disarmAlarms(
  etcd: UpkeptEtcd,
  request: Omit<DefragmentationRequest, "rule" | "dryRun">,
): Promise<DisarmedAlarms> {
  const { report } = request;
  const members = await askWhileAllServe(etcd, "No alarm is disarmed");
  const [first] = members;
  if (first === undefined) throw new UpkeepRefusedError("No alarm is disarmed: no member serves");
  const alarms = await etcd.at(first.pod, (member) => member.listAlarms());
  const listed = new Set(members.flatMap(({ view }) => view.members).map(({ id }) => id));
  const raised = alarms.filter(({ memberId }) => listed.has(memberId));
  refuseCorrupt(raised, members);
  const disarm = async (those: readonly RaisedAlarm[]): Promise<void> => {
    for (const alarm of those) await etcd.at(first.pod, (member) => member.disarm(alarm));
  };
  // About a member that is gone: nobody else takes it back.
  const stale = alarms.filter((alarm) => !raised.includes(alarm));
  if (raised.length === 0) {
    await disarm(stale);
    if (stale.length > 0) await etcd.tryKey();
    return { alarms, members: [] };
  }

  report("Forgetting what keys were before: their history is of no use in an etcd that takes no writes.");
  await compactHistory(etcd, 0n);
  // What is in use by now is not known: a database counts its free pages with its next write, and there is none.
  const always = { atLeastFraction: 0, atLeastBytes: 0, always: true };
  const done = await inTheMidst(defragmentMembers(etcd, { ...request, rule: always, dryRun: false }));
  const after = await fullest(etcd);
  if (after !== undefined && shareOf(after) >= fullFrom) throw new DatabaseFullError(after);
  await disarm(alarms);
  report("The alarm is disarmed: trying whether a key can be put, read and deleted.");
  await etcd.tryKey();
  if (after !== undefined && shareOf(after) >= nearlyFullFrom) {
    const percent = Math.round(shareOf(after) * 100);
    report(
      `What the keys are now takes ${percent} % of the quota: raise ETCD_QUOTA_BACKEND_BYTES before it comes to that again.`,
    );
  }
  return { alarms, members: done };
}

async function fullest(etcd: UpkeptEtcd): Promise<DatabaseUse | undefined> {
  return fullestOf(databaseUses(servingMembers(await etcd.ask())));
}

/** Such data are not the cluster's: only a member that begins with the others' is. */
function refuseCorrupt(alarms: readonly RaisedAlarm[], members: readonly AnsweringMember[]): void {
  const corrupt = alarms.filter(({ kind }) => kind === "CORRUPT");
  if (corrupt.length === 0) return;
  const pods = corrupt.map(
    ({ memberId }) => members.find(({ view }) => view.id === memberId)?.pod ?? `member ${memberId}`,
  );
  throw new UpkeepRefusedError(
    `The alarm CORRUPT is raised for ${pods.join(", ")}, and is never disarmed: the data there are not what the other members have. Save a ` +
      `snapshot of another member, then have that one replaced: \`kubectl delete pod ${pods.join(" ")}\`, one at a time; the etcd-operator ` +
      `makes another one, which takes its data from the others. Then run this again: it disarms the alarm of a member that is gone`,
  );
}
