import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isReady } from "../../kubernetes/pods.ts";
import { describeMember, servingMembers, type AskedMember } from "../../members/asked-member.ts";
import { compactionOf } from "../../members/member-settings.ts";
import type { EtcdStatus, SeenCertificate } from "../../status/etcd-status.ts";
import { expectedMembers, judgeStatus, levelOf, type StatusLevel } from "../../status/judge-status.ts";
import { readStatus } from "../../status/read-status.ts";
import { leaderOf, restartsOf, revisionOf, statusLines } from "../../status/status-lines.ts";
import { databaseUses } from "../../upkeep/database-use.ts";
import type { Outcome } from "../exit-codes.ts";
import { orInterrupted } from "../interruption.ts";
import type { JobReport } from "../show/job-report.ts";
import { DEFAULT_NAMES } from "../words/flags.ts";
import type { StatusJob, WithSecret } from "../words/parse-cluster-job.ts";

const outcomes: Readonly<Record<StatusLevel, Outcome>> = { well: "done", warning: "warning", trouble: "trouble" };

/** Looks at an etcd and at what depends on it; writes nothing, not even a key of no use. */
export async function statusJob(
  cluster: ClusterClient,
  job: StatusJob & WithSecret,
  signal: AbortSignal,
): Promise<JobReport> {
  const { directory } = job;
  const address = { kind: "managed" as const, ...job };
  const status = await orInterrupted(readStatus(cluster, { address, record: DEFAULT_NAMES.record, directory }), signal);
  return statusReport(job, status);
}

/** The same facts in lines and as a document. */
export function statusReport({ snapshotHours }: Pick<StatusJob, "snapshotHours">, status: EtcdStatus): JobReport {
  const findings = judgeStatus(status, { snapshotHours });
  const level = levelOf(findings);
  return {
    outcome: outcomes[level],
    lines: statusLines(status, level, findings),
    document: { level, findings, ...documentOf(status) },
  };
}

function documentOf(status: EtcdStatus): Record<string, unknown> {
  const { namespace, etcdCluster, at, size, members, certificates, trident, recorded, alarms, unknown } = status;
  const serving = servingMembers(members);
  const [first] = serving;
  const { snapshots } = status;
  return {
    ...{ namespace, etcdCluster, at: at.toISOString(), size: typeof size === "number" ? size : null },
    ...{ serving: serving.length, expected: expectedMembers(status), members: members.map(documentOfMember) },
    leader: leaderOf(serving)?.pod ?? null,
    clusterId: first?.view.clusterId ?? null,
    clusterVersion: status.clusterVersion ?? null,
    revision: first === undefined ? null : revisionOf(serving).toString(),
    databases: databaseUses(members).map(({ quotaBytes, ...use }) => ({
      ...use,
      quotaBytes: Number.isFinite(quotaBytes) ? quotaBytes : null,
    })),
    alarms,
    certificates: certificates.map(documentOfCertificate),
    snapshots:
      snapshots === undefined
        ? null
        : { ...snapshots, newest: snapshots.newest === undefined ? null : { ...snapshots.newest } },
    scheduledSnapshots: status.scheduled ?? null,
    trident: trident === undefined ? null : { ...trident, trouble: trident.trouble ?? null },
    recordedClusterId: recorded?.clusterId ?? null,
    unknown,
  };
}

function documentOfMember(member: AskedMember): Record<string, unknown> {
  const { pod: name, object, kind } = member;
  const seen = {
    ...{ name, condition: kind, serves: kind === "answers" && member.view.hasLeader },
    ...{ isReady: object !== undefined && isReady(object), restarts: restartsOf(object) },
    autoCompaction: compactionOf(object) ?? null,
  };
  if (kind !== "answers") return { ...seen, reason: describeMember(member) };
  const { id, version, appliedIndex, errors } = member.view;
  return { ...seen, id, version, appliedIndex: appliedIndex.toString(), errors };
}

function documentOfCertificate({ of, pod, validFrom, expires }: SeenCertificate): Record<string, unknown> {
  return { of, pod: pod ?? null, validFrom: validFrom.toISOString(), expires: expires.toISOString() };
}
