import { majorityOf } from "../connect/cluster-members.ts";
import { WaitTimeoutError } from "../kubernetes/errors.ts";
import { seenDone, seenSoFar, waitUntil, type Look } from "../kubernetes/wait-until.ts";
import { describeMembers, listedMembers, servingMembers, type AskedMember } from "../members/asked-member.ts";
import { describeBytes, describeDuration } from "../wording/describe-amount.ts";
import { databaseUses, type DatabaseUse } from "./database-use.ts";
import { pays, type DefragmentationRule } from "./defragmentation-rule.ts";
import { askWhileAllServe, inTheMidst, leaderLast, UpkeepRefusedError, type UpkeptEtcd } from "./upkept-etcd.ts";

export interface DefragmentationRequest {
  readonly rule: DefragmentationRule;
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
  readonly report: (line: string) => void;
  /** Ends it before the next member. */
  readonly interruption?: AbortSignal;
  /** For each member to be well again. @default 120 */
  readonly timeoutSeconds?: number;
}

export interface DefragmentedMember {
  readonly pod: string;
  readonly before: DatabaseUse;
  /** Undefined where it was left as it is. */
  readonly afterBytes: number | undefined;
}

/**
 * Defragments the members for which that pays, one by one, the leader last; each serves again and has caught up with the others before
 * the next one's turn. Answers with all members.
 *
 * @throws UpkeepRefusedError before anything is done; or UpkeepStoppedError and DefragmentationError, after which the members before
 *   are done.
 */
export async function defragmentMembers(
  etcd: UpkeptEtcd,
  request: DefragmentationRequest,
): Promise<DefragmentedMember[]> {
  const { rule, dryRun, report, interruption } = request;
  const members = await askWhileAllServe(etcd, "Nothing is defragmented");
  const uses = databaseUses(leaderLast(members));
  const chosen = uses.filter((use) => pays(use, rule));
  if (chosen.length > 0) refuseStandstill(members, chosen, request);
  const done: DefragmentedMember[] = [];
  for (const before of uses) {
    const { pod } = before;
    if (!chosen.includes(before) || dryRun) {
      done.push({ pod, before, afterBytes: undefined });
      continue;
    }
    interruption?.throwIfAborted();
    // Each time: what came in between is not to be made worse.
    if (done.length > 0) await inTheMidst(askWhileAllServe(etcd, "No further member is defragmented"));
    report(
      `${pod}: ${describeBytes(before.bytes)}, of which ${describeBytes(before.unusedBytes)} are unused: defragmenting.`,
    );
    await etcd.at(pod, (member) => member.defragment());
    done.push({ pod, before, afterBytes: await untilCaughtUp(etcd, pod, members.length, request) });
  }
  return done;
}

/** Where the others are no quorum without it, nobody is answered while a member is busy. */
function refuseStandstill(
  members: readonly AskedMember[],
  chosen: readonly DatabaseUse[],
  { rule, dryRun, report }: DefragmentationRequest,
): void {
  const listed = listedMembers(members);
  if (listed - 1 >= majorityOf(listed)) return;
  const seconds = Math.max(...chosen.map(standstillSeconds));
  const stands = `answers nobody while its database is written anew, for about ${describeDuration(seconds)}`;
  if (listed === 1 && (rule.always || dryRun)) {
    report(`An etcd of a single member ${stands}.`);
    return;
  }
  if (listed === 1) {
    throw new UpkeepRefusedError(
      `Nothing is defragmented: an etcd of a single member ${stands}. If that is acceptable, add --always`,
    );
  }
  throw new UpkeepRefusedError(
    `Nothing is defragmented: an etcd of ${listed} members ${stands}, for it has no quorum without that one. Give it three members first`,
  );
}

/** Slow disks write so much and more. */
const bytesPerSecond = 50 * 1024 ** 2;

function standstillSeconds({ bytesInUse }: DatabaseUse): number {
  return Math.max(1, Math.ceil(bytesInUse / bytesPerSecond));
}

/** A member has not come back; the ones before it are done. */
export class DefragmentationError extends Error {
  override readonly name = "DefragmentationError";

  constructor(pod: string, seconds: number, seen: string) {
    super(
      `Member ${pod} was defragmented and does not serve again within ${seconds} s: ${seen}. No further member is touched. Look into its ` +
        `log; once all serve, run this again: it goes on with those that are left`,
    );
    this.stack = "";
  }
}

/** Answers with the size of its file. */
async function untilCaughtUp(
  etcd: UpkeptEtcd,
  pod: string,
  count: number,
  { timeoutSeconds = 120, interruption }: DefragmentationRequest,
): Promise<number> {
  let target: bigint | undefined;
  let seen = "nobody was asked";
  const waiting = { awaited: `member ${pod}`, timeoutSeconds, interruption, intervalMilliseconds: 500 };
  try {
    return await waitUntil(waiting, async () => {
      const members = await etcd.ask();
      target ??= highestIndex(members);
      const look = hasCaughtUp(members, { pod, count, target });
      if (!look.done) ({ seen } = look);
      return look;
    });
  } catch (error) {
    if (error instanceof WaitTimeoutError) throw new DefragmentationError(pod, timeoutSeconds, seen);
    throw error;
  }
}

function highestIndex(members: readonly AskedMember[]): bigint {
  const indexes = servingMembers(members).map(({ view }) => view.appliedIndex);
  return indexes.reduce((highest, each) => (each > highest ? each : highest), 0n);
}

/** Pure: whether all serve, and the one has applied what the others had when they were first looked at. */
export function hasCaughtUp(
  members: readonly AskedMember[],
  { pod, count, target }: { readonly pod: string; readonly count: number; readonly target: bigint },
): Look<number> {
  const serving = servingMembers(members);
  const back = serving.find((each) => each.pod === pod);
  if (back === undefined || serving.length < count) {
    return seenSoFar(`${serving.length} of ${count} serve (${describeMembers(members)})`);
  }
  const { appliedIndex, database } = back.view;
  return appliedIndex >= target
    ? seenDone(database.bytes)
    : seenSoFar(`it has applied ${appliedIndex.toString()} of ${target.toString()} entries of the log`);
}
