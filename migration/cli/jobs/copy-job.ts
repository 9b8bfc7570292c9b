import { copyState } from "../../copy/copy-state.ts";
import { counted, describeCount } from "../../wording/counted.ts";
import { describeBytes } from "../../wording/describe-amount.ts";
import { describeKeysChosen, labelled, type JobContext, type JobReport } from "../show/job-report.ts";
import { documentOfVerified, linesOfVerified } from "./verify-job.ts";

/** Copies, then compares every key and every byte of both sides. */
export async function copyJob(context: JobContext): Promise<JobReport> {
  const { job, source, destination, signal, onProgress } = context;
  const copied = await copyState({
    source: source.store,
    destination: destination.store,
    range: job.range,
    allowEmptySource: job.allowEmpty,
    leases: job.leases,
    signal,
    onProgress,
  });
  const written = copied.keys - copied.keysAlreadyThere;
  return {
    outcome: "done",
    lines: [
      `Copied and verified: ${counted(copied.keys, "key")} (${describeBytes(copied.bytes)}) ${describeKeysChosen(job)}.`,
      ...linesOfVerified(context, copied),
      labelled(
        "written",
        `${describeCount(written)} by this run, ${describeCount(copied.keysAlreadyThere)} were there`,
      ),
    ],
    document: { ...documentOfVerified(context, copied), keysAlreadyThere: copied.keysAlreadyThere },
  };
}
