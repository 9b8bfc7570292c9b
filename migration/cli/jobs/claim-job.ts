import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClaimFile, ClaimFiles } from "../../snapshot/claim/claim-files.ts";
import { inspectSnapshot, type InspectedSnapshot } from "../../snapshot/file/inspect-snapshot.ts";
import { prepareSnapshotDirectory } from "../../snapshot/snapshot-directory.ts";
import { parseSnapshotName, type NamedSnapshot } from "../../snapshot/snapshot-name.ts";
import { counted } from "../../wording/counted.ts";
import { describeBytes } from "../../wording/describe-amount.ts";
import { labelled, type FileJobContext, type JobReport } from "../show/job-report.ts";
import { ageSeconds, describeAge, describeInspected, documentOfInspected } from "../show/snapshot-words.ts";
import type { ClaimCheckJob, ClaimFetchJob, ClaimJob, ClaimListJob } from "../words/parse-claim-job.ts";
import { UsageError } from "../words/usage-error.ts";

type Context = Omit<FileJobContext, "announce">;

/** Does what was asked for with what is on a claim. */
export function claimJob(claim: ClaimFiles, job: ClaimJob, context: Context): Promise<JobReport> {
  switch (job.action) {
    case "snapshot list":
      return listJob(claim, job, context);
    case "snapshot check":
      return checkJob(claim, job, context);
    case "snapshot fetch":
      return fetchJob(claim, job, context);
  }
}

type SnapshotOnClaim = ClaimFile & NamedSnapshot;

/** Files with the names of snapshots, complete or not, the oldest first. */
async function snapshotsOn(claim: ClaimFiles): Promise<SnapshotOnClaim[]> {
  const named = (await claim.list()).flatMap((file) => {
    const its = parseSnapshotName(file.name);
    return its === undefined ? [] : [{ ...file, ...its }];
  });
  return named.sort((one, other) => one.savedAt.getTime() - other.savedAt.getTime());
}

async function listJob(claim: ClaimFiles, job: ClaimListJob, { now }: Context): Promise<JobReport> {
  const all = await snapshotsOn(claim);
  const complete = all.filter(({ isPartial }) => !isPartial);
  const partial = all.filter(({ isPartial }) => isPartial);
  const documentOf = ({ name, namespace, savedAt, bytes }: SnapshotOnClaim) => {
    return { name, namespace, savedAt: savedAt.toISOString(), ageSeconds: ageSeconds(savedAt, now), bytes };
  };
  return {
    outcome: "done",
    lines: [
      `${counted(complete.length, "snapshot")} on PersistentVolumeClaim ${job.claim} in namespace ${job.namespace}.`,
      ...complete.map(
        ({ name, savedAt, bytes }) => `  ${name}  ${describeAge(savedAt, now)} ago  ${describeBytes(bytes)}`,
      ),
      ...partial.map(({ name }) => `  ${name} is not complete.`),
      `None of them was read: \`trident-etcd snapshot check --claim ${job.claim} --namespace ${job.namespace}\` does.`,
    ],
    document: {
      ...{ namespace: job.namespace, claim: job.claim },
      ...{ snapshots: complete.map(documentOf), partial: partial.map(documentOf) },
    },
  };
}

/** Each is fetched to be read whole, and removed from this machine again. */
async function checkJob(claim: ClaimFiles, job: ClaimCheckJob, context: Context): Promise<JobReport> {
  const there = (await snapshotsOn(claim)).filter(({ isPartial }) => !isPartial).map(({ name }) => name);
  const files = job.files.length === 0 ? there : job.files;
  const folder = await mkdtemp(join(tmpdir(), "trident-etcd-check-"));
  const checked: { readonly name: string; readonly found: InspectedSnapshot }[] = [];
  try {
    for (const name of files) {
      context.signal.throwIfAborted();
      // Whether it can be restored is for the look at it to say.
      const path = await claim.fetch(name, join(folder, name), "any");
      checked.push({ name, found: await inspectSnapshot(path, context) });
      await rm(path);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const usable = checked.filter(({ found }) => found.isUsable).length;
  return {
    outcome: usable === checked.length ? "done" : "refused",
    lines: [
      `${counted(usable, "snapshot")} of ${checked.length} on PersistentVolumeClaim ${job.claim} can be restored.`,
      ...checked.map(({ name, found }) => `  ${name}: ${describeInspected(found)}`),
    ],
    document: {
      ...{ namespace: job.namespace, claim: job.claim },
      snapshots: checked.map(({ name, found }) => ({ name, ...documentOfInspected(found) })),
    },
  };
}

async function fetchJob(claim: ClaimFiles, job: ClaimFetchJob, context: Context): Promise<JobReport> {
  await prepareSnapshotDirectory(job.directory).catch((error: unknown) => {
    throw new UsageError(
      `--directory: ${job.directory} can't be written to: ${String((error as Error).cause ?? error)}`,
    );
  });
  const path = await claim.fetch(job.file, join(job.directory, job.file));
  const found = await inspectSnapshot(path, context);
  return {
    outcome: found.isUsable ? "done" : "failed",
    lines: [
      `Snapshot of PersistentVolumeClaim ${job.claim} in namespace ${job.namespace}, its checksum holds.`,
      labelled("file", path),
      labelled("read back", describeInspected(found)),
      "It holds the application's passwords, and only you can read it.",
    ],
    document: { namespace: job.namespace, claim: job.claim, name: job.file, path, ...documentOfInspected(found) },
  };
}
