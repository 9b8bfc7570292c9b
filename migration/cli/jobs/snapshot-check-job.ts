import path from "node:path";
import { inspectSnapshot, type InspectedSnapshot } from "../../snapshot/file/inspect-snapshot.ts";
import type { Outcome } from "../exit-codes.ts";
import type { FileJobContext, JobReport } from "../show/job-report.ts";
import { describeInspected, documentOfInspected } from "../show/snapshot-words.ts";
import type { SnapshotCheckJob } from "../words/parse-file-job.ts";

/** Reads each file whole. */
export async function snapshotCheckJob(job: SnapshotCheckJob, context: FileJobContext): Promise<JobReport> {
  const { signal, onProgress } = context;
  const checked: CheckedFile[] = [];
  for (const file of job.files) {
    const { withoutChecksum } = job;
    checked.push({ file, found: await inspectSnapshot(file, { withoutChecksum, signal, onProgress }) });
  }
  return {
    outcome: outcomeOf(checked.map(({ found }) => found)),
    lines: checked.map(lineOf),
    document: {
      snapshots: checked.map(({ file, found }) => ({ path: path.resolve(file), ...documentOfInspected(found) })),
    },
  };
}

interface CheckedFile {
  readonly file: string;
  readonly found: InspectedSnapshot;
}

function lineOf({ file, found }: CheckedFile): string {
  if (!found.isUsable) return `${file}: ${describeInspected(found)}. ${found.remedy}.`;
  const checksum = found.hasChecksum ? ", its checksum holds" : "";
  return `${file}: usable: ${describeInspected(found)}${checksum}`;
}

/** A file that can't be looked into is a wrong word; one that was looked into and is of no use is refused. */
function outcomeOf(found: readonly InspectedSnapshot[]): Outcome {
  const problems = found.flatMap((each) => (each.isUsable ? [] : [each.problem]));
  if (problems.length === 0) return "done";
  return problems.every((problem) => problem === "unreadable" || problem === "notAFile") ? "usage" : "refused";
}
