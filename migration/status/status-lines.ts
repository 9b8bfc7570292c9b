import { compactionOf } from "../members/member-settings.ts";
import { servingMembers, type AnsweringMember } from "../members/asked-member.ts";
import { isReady } from "../kubernetes/pods.ts";
import { databaseUses, fullestOf, shareOf } from "../upkeep/database-use.ts";
import { counted, describeCount } from "../wording/counted.ts";
import { describeBytes, describeDuration } from "../wording/describe-amount.ts";
import type { EtcdStatus } from "./etcd-status.ts";
import { day, earliest, expectedMembers, type StatusFinding, type StatusLevel } from "./judge-status.ts";

const mostLines = 15;
const mostColumns = 80;
const labelColumns = 13;

/** At most 15 lines of 80 columns, the findings last; what has no room is in the document of --json. */
export function statusLines(status: EtcdStatus, level: StatusLevel, findings: readonly StatusFinding[]): string[] {
  const facts = [
    line("etcd", `${status.etcdCluster} in namespace ${status.namespace}: ${level === "well" ? "well" : `a ${level}`}`),
    line("members", membersText(status)),
    ...linesOfServing(status),
    line("alarms", alarmsText(status)),
    line("certificates", certificatesText(status)),
    line("snapshot", snapshotText(status)),
    ...linesOfTrident(status),
  ];
  const told = [
    ...findings.map(({ level: each, what }) => line(each, what)),
    ...status.unknown.map((what) => line("unknown", what)),
  ];
  const room = mostLines - facts.length;
  if (told.length <= room) return [...facts, ...told];
  const more = told.length - (room - 1);
  return [...facts, ...told.slice(0, room - 1), line("", `and ${counted(more, "more line")}: see --json`)];
}

function line(label: string, text: string): string {
  const whole = `${label.padEnd(labelColumns)}${text}`;
  return whole.length <= mostColumns ? whole : `${whole.slice(0, mostColumns - 1)}…`;
}

function membersText(status: EtcdStatus): string {
  const { members } = status;
  const serving = servingMembers(members).length;
  const ready = members.filter(({ object }) => object !== undefined && isReady(object)).length;
  const restarts = members.reduce((sum, { object }) => sum + restartsOf(object), 0);
  return `${serving} of ${expectedMembers(status)} serve, ${ready} ready, ${counted(restarts, "restart")}`;
}

/** Of the etcd itself: a sidecar's are none of its own. */
export function restartsOf(pod: EtcdStatus["members"][number]["object"]): number {
  return pod?.status?.containerStatuses?.find(({ name }) => name === "etcd")?.restartCount ?? 0;
}

/** Nothing while no member serves. */
function linesOfServing(status: EtcdStatus): string[] {
  const serving = servingMembers(status.members);
  const [first] = serving;
  if (first === undefined) return [];
  const leader = leaderOf(serving);
  return [
    line("leader", leader?.pod ?? `member ${first.view.leaderId}, whose pod is not seen`),
    line("version", versionText(status, serving)),
    line("cluster id", first.view.clusterId),
    ...databaseLines(status),
    line("revision", `${describeCount(Number(revisionOf(serving)))}; ${compactionText(serving)}`),
  ];
}

export function leaderOf(serving: readonly AnsweringMember[]): AnsweringMember | undefined {
  return serving.find(({ view }) => view.id === view.leaderId);
}

export function revisionOf(serving: readonly AnsweringMember[]): bigint {
  return serving.map(({ view }) => view.revision).reduce((most, each) => (each > most ? each : most), 0n);
}

function versionText({ clusterVersion }: EtcdStatus, serving: readonly AnsweringMember[]): string {
  const versions = [...new Set(serving.map(({ view }) => view.version))].sort();
  return `etcd ${versions.join(", ")}${clusterVersion === undefined ? "" : `; as a cluster ${clusterVersion}`}`;
}

function databaseLines({ members }: EtcdStatus): string[] {
  const fullest = fullestOf(databaseUses(members));
  if (fullest === undefined) return [];
  const { bytes, quotaBytes, unusedBytes } = fullest;
  const quota =
    quotaBytes === Infinity
      ? "without a quota"
      : `${(shareOf(fullest) * 100).toFixed(1)} % of its quota of ${describeBytes(quotaBytes)}`;
  return [
    line("database", `${describeBytes(bytes)}, ${quota}`),
    line("", `a defragmentation would give back ${describeBytes(unusedBytes)}`),
  ];
}

function compactionText(serving: readonly AnsweringMember[]): string {
  const compacting = serving.filter(({ object }) => compactionOf(object) !== undefined);
  if (compacting.length === 0) return "no auto-compaction";
  const [first] = compacting;
  const after = compactionOf(first?.object) ?? "";
  const when = `auto-compaction after ${/^\d+$/.test(after) ? `${after} h` : after}`;
  return compacting.length === serving.length ? when : `${when}, at ${compacting.length} of ${serving.length} members`;
}

function alarmsText({ alarms, members }: EtcdStatus): string {
  if (members.every(({ kind }) => kind !== "answers")) return "not asked";
  return alarms.length === 0 ? "none" : [...new Set(alarms.map(({ kind }) => kind))].join(", ");
}

function certificatesText({ certificates }: EtcdStatus): string {
  const kinds = ["server", "peer", "client", "authority"] as const;
  const ends = kinds.flatMap((kind) => {
    const first = earliest(certificates.filter(({ of }) => of === kind));
    return first === undefined ? [] : [[day(first.expires), kind] as const];
  });
  const byDay = Map.groupBy(ends, ([end]) => end);
  const texts = [...byDay].sort().map(([end, alike]) => `${end} (${alike.map(([, kind]) => kind).join(", ")})`);
  return texts.length === 0 ? "not seen" : `until ${texts.join(", ")}`;
}

function snapshotText({ snapshots, scheduled, at }: EtcdStatus): string {
  if (scheduled?.last !== undefined && scheduled.last.at > (snapshots?.newest?.at ?? new Date(0))) {
    return `${ageOf(scheduled.last.at, at)} old, on the claim, by schedule ${scheduled.schedule}`;
  }
  if (snapshots?.newest === undefined) return `none in ${snapshots?.directory ?? "a folder of this machine"}`;
  return `${ageOf(snapshots.newest.at, at)} old, the last of ${snapshots.count} in ${snapshots.directory}`;
}

function linesOfTrident({ trident }: EtcdStatus): string[] {
  if (trident === undefined) return [line("Trident", "none in this namespace")];
  const { deployment, image, isOnThisEtcd, trouble } = trident;
  const state = !isOnThisEtcd ? "not on this etcd" : trouble === undefined ? "serves from this etcd" : "does not serve";
  return [line("Trident", `${deployment}, ${state}`), line("", image)];
}

function ageOf(then: Date, now: Date): string {
  return describeDuration(Math.max(0, (now.getTime() - then.getTime()) / 1_000));
}
