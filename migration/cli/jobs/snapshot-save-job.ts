import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { findMembers, type FoundMembers } from "../../members/find-members.ts";
import { NoWholeMemberError } from "../../members/no-whole-member-error.ts";
import { takeFromWholeMember, type AnsweringMember } from "../../members/whole-member.ts";
import { inspectSnapshot, type InspectedSnapshot } from "../../snapshot/file/inspect-snapshot.ts";
import { saveSnapshot } from "../../snapshot/save-snapshot.ts";
import { SnapshotDirectoryError } from "../../snapshot/snapshot-directory-error.ts";
import { checkRoom, prepareSnapshotDirectory } from "../../snapshot/snapshot-directory.ts";
import { describeBytes } from "../../wording/describe-amount.ts";
import { describeFailure } from "../../wording/describe-failure.ts";
import { orInterrupted } from "../interruption.ts";
import { labelled, type FileJobContext, type JobReport } from "../show/job-report.ts";
import type { Progress } from "../show/progress-display.ts";
import { describeInspected, documentOfInspected } from "../show/snapshot-words.ts";
import type { SnapshotSaveJob, WithSecret } from "../words/parse-cluster-job.ts";
import { UsageError } from "../words/usage-error.ts";

export interface SaveContext extends Omit<FileJobContext, "announce"> {
  readonly onSaving: (progress: Progress) => void;
}

/** Saves what a member has that is known to have all, and reads back what was saved. */
export async function snapshotSaveJob(
  cluster: ClusterClient,
  job: SnapshotSaveJob & WithSecret,
  context: SaveContext,
): Promise<JobReport> {
  return saveFromMembers(await orInterrupted(findMembers(cluster, job), context.signal), job, context);
}

export async function saveFromMembers(
  members: FoundMembers,
  job: SnapshotSaveJob,
  context: SaveContext,
): Promise<JobReport> {
  await prepareSnapshotDirectory(job.directory).catch((error: unknown) => {
    throw new UsageError(`--directory: ${job.directory} can't be written to: ${reasonOf(error)}`);
  });
  const { member, path, bytes } = await take(members, job, context);
  const found = await inspectSnapshot(path, context);
  return savedReport(job, { member, path, bytes, found });
}

interface Taken {
  readonly member: AnsweringMember;
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
}

async function take(
  members: FoundMembers,
  { namespace, etcdCluster, directory, fromMinority }: SnapshotSaveJob,
  { signal, now, onSaving }: SaveContext,
): Promise<Taken> {
  const etcd = `EtcdCluster ${etcdCluster} in namespace ${namespace}`;
  const taken = await takeFromWholeMember(members, {
    fromMinority,
    needsMajority: true,
    take: async ({ store, databaseBytes }) => {
      await checkRoom(directory, databaseBytes);
      let bytes = 0;
      const content = counting(store.snapshot(), (bytesDone) => {
        bytes = bytesDone;
        onSaving({
          phase: "saving",
          keysDone: 0,
          keysTotal: 0,
          bytesDone,
          bytesTotal: Math.max(databaseBytes, bytesDone),
        });
      });
      const path = await saveSnapshot({ content, directory, namespace, at: now, interruption: signal });
      return { path, bytes };
    },
    endsAll: (error) => error instanceof SnapshotDirectoryError || signal.aborted,
  }).catch((error: unknown) => {
    if (!(error instanceof SnapshotDirectoryError)) throw error;
    throw new Error(`The snapshot can't be written to ${directory}: ${reasonOf(error)}. Nothing of it was kept.`);
  });
  switch (taken.kind) {
    case "taken":
      return { member: taken.member, ...taken.result };
    case "nobody": {
      const what = members.over.length === 0 ? "it has no pod" : members.over.join("; ");
      throw new Error(`No member of ${etcd} can be asked: ${what}.`);
    }
    case "refused": {
      const reasons = taken.reasons.join("; ");
      if (!taken.minorityAnswers) throw new Error(`No member of ${etcd} gives a snapshot: ${reasons}.`);
      throw new NoWholeMemberError(
        `No member of ${etcd} is known to have all that was written: ${reasons}. Bring the others back, or take what there is with --from-minority.`,
      );
    }
  }
}

function savedReport(job: SnapshotSaveJob, saved: Taken & { readonly found: InspectedSnapshot }): JobReport {
  const { member, path, bytes, found } = saved;
  return {
    // It is as its etcd sent it; what can't be read here is no snapshot to rely on.
    outcome: found.isUsable ? "done" : "failed",
    lines: [
      `Snapshot of EtcdCluster ${job.etcdCluster} in namespace ${job.namespace}, as member ${member.name} has it.`,
      labelled("file", path),
      labelled("size", describeBytes(bytes)),
      labelled("cluster", `${member.clusterId}, revision ${member.revision.toString()} when the snapshot began`),
      labelled("read back", describeInspected(found)),
      ...warningsOf(member, found).map((warning) => `Note: ${warning}`),
      "It holds the application's passwords, and only you can read it. Keep it on another machine as well. What it holds goes into an",
      `etcd that serves with \`trident-etcd copy --from-snapshot ${path} --to ...\`; \`trident-etcd snapshot check ${path}\` reads it again.`,
    ],
    document: {
      ...{ namespace: job.namespace, etcdCluster: job.etcdCluster, clusterId: member.clusterId, member: member.name },
      ...{ path, bytes, mayLack: member.mayLack, ...documentOfInspected(found) },
    },
  };
}

function warningsOf({ mayLack }: AnsweringMember, found: InspectedSnapshot): string[] {
  const warnings: string[] = [];
  if (mayLack.length > 0) {
    warnings.push(
      `this member has no majority behind it, and may lack what others have written since: ${mayLack.join("; ")}.`,
    );
  }
  if (found.isUsable && found.keys === 0) warnings.push("the etcd has no key.");
  if (!found.isUsable) warnings.push(`${found.remedy}.`);
  return warnings;
}

/** The same pieces, counted while they pass. */
async function* counting(
  content: AsyncIterable<Buffer>,
  onBytes: (done: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    onBytes(bytes);
    yield piece;
  }
}

/** The file system's own words, without what a migration would say of it. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return describeFailure(cause);
}
