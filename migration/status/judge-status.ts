import { majorityOf } from "../connect/cluster-members.ts";
import { describeMember, listedMembers, servingMembers, stayingMembers } from "../members/asked-member.ts";
import { longestPauseSeconds, parseCronSchedule } from "../snapshot/schedule/cron-schedule.ts";
import { databaseUses, fullestOf, shareOf } from "../upkeep/database-use.ts";
import { counted } from "../wording/counted.ts";
import { describeDuration } from "../wording/describe-amount.ts";
import type { EtcdStatus, SeenCertificate } from "./etcd-status.ts";

/**
 * - `well`: all that was looked at is as it is to be
 * - `warning`: it serves, and somebody is to see to it before it does not
 * - `trouble`: it does not serve, or not all of it
 */
export type StatusLevel = "well" | "warning" | "trouble";

export interface StatusFinding {
  readonly level: Exclude<StatusLevel, "well">;
  /** In a few words, in English. */
  readonly what: string;
}

export interface Limits {
  /** How old the last snapshot may be, in hours; undefined where that is nobody's matter. */
  readonly snapshotHours: number | undefined;
}

/** Of a member's quota, what its file may take before somebody is to see to it. */
const fullFrom = 0.8;
const endingSoonDays = 30;
const dayMilliseconds = 86_400_000;

/** Pure. The gravest first. */
export function judgeStatus(status: EtcdStatus, limits: Limits): StatusFinding[] {
  const found = [
    ...judgeMembers(status),
    ...judgeAlarms(status),
    ...judgeCertificates(status),
    ...judgeDatabase(status),
    ...judgeTrident(status),
    ...judgeSnapshots(status, limits),
    ...judgeScheduled(status),
  ];
  const ofLevel = (level: StatusLevel): StatusFinding[] => found.filter((each) => each.level === level);
  return [...ofLevel("trouble"), ...ofLevel("warning")];
}

export function levelOf(findings: readonly StatusFinding[]): StatusLevel {
  return findings.some(({ level }) => level === "trouble") ? "trouble" : findings.length > 0 ? "warning" : "well";
}

function trouble(what: string): StatusFinding {
  return { level: "trouble", what };
}

function warning(what: string): StatusFinding {
  return { level: "warning", what };
}

/** How many there are to be: those on their own list, or those that the EtcdCluster asks for, whichever are more. */
export function expectedMembers({ members, size }: Pick<EtcdStatus, "members" | "size">): number {
  return Math.max(listedMembers(members), typeof size === "number" ? size : 0, stayingMembers(members).length);
}

function judgeMembers(status: EtcdStatus): StatusFinding[] {
  const { members, size, etcdCluster, namespace } = status;
  if (members.length === 0) {
    const nothing = size === "absent" ? "no EtcdCluster and no member" : "no member";
    return [trouble(`${nothing}: ${etcdCluster} in namespace ${namespace}`)];
  }
  const serving = servingMembers(members);
  const expected = expectedMembers(status);
  const clusters = new Set(serving.map(({ view }) => view.clusterId));
  const missing = members.filter((each) => each.kind !== "answers" || !each.view.hasLeader).map(describeMember);
  const listed = listedMembers(members);
  const found = [
    ...(size === "absent" ? [trouble("there is no EtcdCluster: nobody replaces a member that is lost")] : []),
    ...(clusters.size > 1 ? [trouble(`members are of different etcd clusters: ${[...clusters].join(", ")}`)] : []),
  ];
  if (serving.length < majorityOf(listed > 0 ? listed : expected)) {
    return [
      trouble(`no quorum: ${serving.length} of ${counted(expected, "member serves", "members serve")}`),
      ...found,
    ];
  }
  if (serving.length === expected) return found;
  const who = missing.length === 0 ? "" : ` (${missing.join("; ")})`;
  return [...found, warning(`${serving.length} of ${counted(expected, "member serves", "members serve")}${who}`)];
}

function judgeAlarms({ alarms, members }: EtcdStatus): StatusFinding[] {
  const podOf = new Map(members.flatMap((each) => (each.kind === "answers" ? [[each.view.id, each.pod]] : [])));
  return alarms.map(({ kind, memberId }) => {
    const what = kind === "NOSPACE" ? "takes no writes" : "not the others' data";
    return trouble(`alarm ${kind} at ${podOf.get(memberId) ?? `member ${memberId}`}: ${what}`);
  });
}

function judgeCertificates({ certificates, at }: EtcdStatus): StatusFinding[] {
  const kinds = Map.groupBy(certificates, ({ of }) => of);
  return [...kinds.values()].flatMap((alike): StatusFinding[] => {
    const first = earliest(alike);
    if (first === undefined) return [];
    const left = (first.expires.getTime() - at.getTime()) / dayMilliseconds;
    const which = `the ${first.of}${first.of === "authority" ? "" : "'s"} certificate`;
    if (left <= 0) return [trouble(`${which} has expired: ${day(first.expires)}`)];
    const early = alike.find(({ validFrom }) => validFrom > at);
    if (early !== undefined) return [trouble(`${which} is not valid before ${early.validFrom.toISOString()}`)];
    return left < endingSoonDays ? [warning(`${which} ends in ${Math.floor(left)} days: ${day(first.expires)}`)] : [];
  });
}

export function earliest(certificates: readonly SeenCertificate[]): SeenCertificate | undefined {
  return [...certificates].sort((a, b) => a.expires.getTime() - b.expires.getTime())[0];
}

/** Such as 2031-10-01. */
export function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function judgeDatabase({ members }: EtcdStatus): StatusFinding[] {
  const fullest = fullestOf(databaseUses(members));
  if (fullest === undefined || shareOf(fullest) < fullFrom) return [];
  return [warning(`database of ${fullest.pod}: ${Math.floor(shareOf(fullest) * 100)} % of its quota`)];
}

function judgeTrident({ trident, recorded, members }: EtcdStatus): StatusFinding[] {
  const ids = servingMembers(members).map(({ view }) => view.clusterId);
  const other =
    recorded !== undefined && ids.length > 0 && !ids.includes(recorded.clusterId)
      ? [trouble(`the stack has recorded etcd cluster ${recorded.clusterId}, and another one answers`)]
      : [];
  if (trident === undefined) return other;
  const { deployment, etcdUrl, isOnThisEtcd } = trident;
  if (!isOnThisEtcd) {
    return [
      ...other,
      warning(`Trident (${deployment}) is on ${etcdUrl ?? "an etcd inside its own pod"}, not on this etcd`),
    ];
  }
  return trident.trouble === undefined ? other : [...other, warning(`Trident does not serve: ${trident.trouble}`)];
}

function judgeSnapshots({ snapshots, scheduled, at }: EtcdStatus, { snapshotHours }: Limits): StatusFinding[] {
  if (snapshotHours === undefined) return [];
  const [newest] = [snapshots?.newest?.at, scheduled?.last?.at]
    .filter((each) => each !== undefined)
    .sort((one, other) => other.getTime() - one.getTime());
  if (newest === undefined) return [warning(`no snapshot in ${snapshots?.directory ?? "any folder"}`)];
  const seconds = (at.getTime() - newest.getTime()) / 1_000;
  return seconds <= snapshotHours * 3_600 ? [] : [warning(`the last snapshot is ${describeDuration(seconds)} old`)];
}

/** As the plan tells of it: older than two intervals, or the last run failed. */
function judgeScheduled({ scheduled, at }: EtcdStatus): StatusFinding[] {
  if (scheduled === undefined) return [];
  const { schedule, since, last, failure } = scheduled;
  const seconds = (at.getTime() - (last?.at ?? since).getTime()) / 1_000;
  const interval = intervalOf(schedule);
  const what = last === undefined ? "no snapshot by schedule since" : "the last snapshot by schedule:";
  return [
    ...(interval !== undefined && seconds > 2 * interval ? [warning(`${what} ${describeDuration(seconds)} ago`)] : []),
    ...(failure === undefined ? [] : [warning(`no snapshot by schedule: ${failure}`)]),
  ];
}

/** Somebody may have written one that this program can't read. */
function intervalOf(schedule: string): number | undefined {
  try {
    return longestPauseSeconds(parseCronSchedule(schedule));
  } catch {
    return undefined;
  }
}
