import { compactHistory } from "../../upkeep/compact-history.ts";
import { defragmentMembers, type DefragmentedMember } from "../../upkeep/defragment-members.ts";
import { pays } from "../../upkeep/defragmentation-rule.ts";
import { disarmAlarms } from "../../upkeep/disarm-alarms.ts";
import type { UpkeptEtcd } from "../../upkeep/upkept-etcd.ts";
import { describeCount } from "../../wording/counted.ts";
import { describeBytes } from "../../wording/describe-amount.ts";
import { labelled, type JobReport } from "../show/job-report.ts";
import type { AlarmDisarmJob, CompactJob, DefragmentJob, UpkeepJob } from "../words/parse-cluster-job.ts";

/** What keeps an etcd's database small; what is under way is told on standard error. A signal ends it before the next member. */
export function upkeepJob(
  etcd: UpkeptEtcd,
  job: UpkeepJob,
  interruption: AbortSignal,
  report: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<JobReport> {
  switch (job.action) {
    case "compact":
      return compactJob(etcd, job);
    case "defragment":
      return defragmentJob(etcd, job, { interruption, report });
    case "alarm-disarm":
      return alarmDisarmJob(etcd, job, { interruption, report });
  }
}

interface Watched {
  readonly interruption: AbortSignal;
  readonly report: (line: string) => void;
}

async function compactJob(etcd: UpkeptEtcd, { namespace, etcdCluster, keepRevisions }: CompactJob): Promise<JobReport> {
  const { revision, compactedTo } = await compactHistory(etcd, keepRevisions);
  const at = `EtcdCluster ${etcdCluster} in namespace ${namespace}, at revision ${describeCount(Number(revision))}`;
  return {
    outcome: "done",
    lines: [
      compactedTo === undefined
        ? `${at}, has no more of its history than is to be kept.`
        : `${at}, has forgotten what its keys were before revision ${describeCount(Number(compactedTo))}.`,
    ],
    document: {
      ...{ namespace, etcdCluster, revision: revision.toString() },
      compactedTo: compactedTo?.toString() ?? null,
    },
  };
}

async function defragmentJob(
  etcd: UpkeptEtcd,
  { namespace, etcdCluster, rule, dryRun }: DefragmentJob,
  watched: Watched,
): Promise<JobReport> {
  const members = await defragmentMembers(etcd, { ...watched, rule, dryRun });
  const done = members.filter(({ afterBytes }) => afterBytes !== undefined).length;
  const wouldBe = members.filter(({ before }) => pays(before, rule)).length;
  const what = dryRun ? `${wouldBe} of ${members.length} would be` : `${done} of ${members.length} were`;
  return {
    outcome: "done",
    lines: [
      `EtcdCluster ${etcdCluster} in namespace ${namespace}: ${what} defragmented.`,
      ...members.map((member) => labelled("member", memberLine(member))),
    ],
    document: { namespace, etcdCluster, dryRun, members: members.map(documentOfMember) },
  };
}

async function alarmDisarmJob(
  etcd: UpkeptEtcd,
  { namespace, etcdCluster }: AlarmDisarmJob,
  watched: Watched,
): Promise<JobReport> {
  const { alarms, members } = await disarmAlarms(etcd, watched);
  const place = `EtcdCluster ${etcdCluster} in namespace ${namespace}`;
  return {
    outcome: "done",
    lines: [
      alarms.length === 0 ? `${place} has no alarm raised.` : `${place}: the alarm is disarmed, and it takes writes.`,
      ...members.map((member) => labelled("member", memberLine(member))),
    ],
    document: { namespace, etcdCluster, alarms, members: members.map(documentOfMember) },
  };
}

function memberLine({ pod, before, afterBytes }: DefragmentedMember): string {
  const { bytes, unusedBytes } = before;
  return afterBytes === undefined
    ? `${pod}, ${describeBytes(bytes)}, ${describeBytes(unusedBytes)} of them unused`
    : `${pod}, ${describeBytes(bytes)} before, ${describeBytes(afterBytes)} now`;
}

function documentOfMember({ pod, before, afterBytes }: DefragmentedMember): Record<string, unknown> {
  return { name: pod, bytes: before.bytes, unusedBytes: before.unusedBytes, bytesAfterwards: afterBytes ?? null };
}
