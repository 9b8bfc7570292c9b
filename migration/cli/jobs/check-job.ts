import { connectToMember } from "../../connect/open-etcd-cluster.ts";
import { tryScratchKey, type ScratchKeyTrial } from "../../connect/scratch-key.ts";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { askMembers } from "../../members/ask-members.ts";
import { describeMember, listedMembers, servingMembers, type AskedMember } from "../../members/asked-member.ts";
import { counted } from "../../wording/counted.ts";
import { orInterrupted } from "../interruption.ts";
import { labelled, type JobReport } from "../show/job-report.ts";
import type { CheckJob, WithSecret } from "../words/parse-cluster-job.ts";

/** Asks each member itself, and has the etcd put, give back and delete a key of no use: what a person does with etcdctl to see it work. */
export async function checkJob(
  cluster: ClusterClient,
  job: CheckJob & WithSecret,
  signal: AbortSignal,
): Promise<JobReport> {
  const members = await orInterrupted(askMembers(cluster, job), signal);
  const etcd = await orInterrupted(connectToMember(cluster, job), signal);
  try {
    // Not cut short: what was put is to be deleted.
    return checkReport(job, members, await tryScratchKey(etcd));
  } finally {
    await etcd.close();
  }
}

/** Well only where each member of the list serves; one that is missing is no matter for clients, and one for whoever asks. */
export function checkReport(job: CheckJob, members: readonly AskedMember[], trial: ScratchKeyTrial): JobReport {
  const serving = servingMembers(members);
  const listed = Math.max(listedMembers(members), members.length);
  const isWell = serving.length === listed && serving.every(({ view }) => view.errors.length === 0);
  const { clusterId = "" } = serving[0]?.view ?? {};
  return {
    outcome: isWell ? "done" : "failed",
    lines: [
      `EtcdCluster ${job.etcdCluster} in namespace ${job.namespace}: ${serving.length} of ${counted(listed, "member serves", "members serve")}.`,
      labelled("cluster", clusterId),
      ...members.map((member) => labelled("member", memberLine(member))),
      labelled("put", `${trial.key}, at revision ${trial.revision.toString()}`),
      labelled("get", "the value that was put"),
      labelled("del", "the key is gone"),
    ],
    document: {
      ...{ namespace: job.namespace, etcdCluster: job.etcdCluster, clusterId, serving: serving.length, listed },
      members: members.map(documentOfMember),
      scratchKey: { key: trial.key, revision: trial.revision.toString() },
    },
  };
}

function memberLine(member: AskedMember): string {
  if (member.kind !== "answers") return describeMember(member);
  const { version, errors } = member.view;
  return [`${describeMember(member)}, etcd ${version}`, ...errors].join("; ");
}

function documentOfMember(member: AskedMember): Record<string, unknown> {
  if (member.kind !== "answers") {
    return { name: member.pod, serves: false, reason: "reason" in member ? member.reason : "it is being deleted" };
  }
  const { version, hasLeader, errors } = member.view;
  return { name: member.pod, serves: hasLeader, version, errors };
}
