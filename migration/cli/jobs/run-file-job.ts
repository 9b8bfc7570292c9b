import { watchSignals } from "../interruption.ts";
import { failureReport } from "../show/failure-report.ts";
import type { FileJobContext, JobReport } from "../show/job-report.ts";
import { openingProgress } from "../show/opening-progress.ts";
import { progressDisplay } from "../show/progress-display.ts";
import type { FileJob } from "../words/parse-file-job.ts";
import { snapshotCheckJob } from "./snapshot-check-job.ts";
import { snapshotListJob } from "./snapshot-list-job.ts";
import { snapshotPruneJob } from "./snapshot-prune-job.ts";

/** Does what was asked for with files on this machine, showing progress and minding signals. Never throws. */
export async function runFileJob(job: FileJob): Promise<JobReport> {
  const display = progressDisplay(process.stderr, { quiet: job.quiet, terminal: process.env.TERM });
  const interruption = watchSignals(display.note);
  const context: FileJobContext = {
    signal: interruption.signal,
    now: new Date(),
    onProgress: openingProgress(display.show),
    announce: display.note,
  };
  try {
    return await run(job, context);
  } catch (error) {
    return failureReport(error, job);
  } finally {
    interruption.stop();
    display.end();
  }
}

function run(job: FileJob, context: FileJobContext): Promise<JobReport> {
  switch (job.action) {
    case "snapshot list":
      return snapshotListJob(job, context);
    case "snapshot check":
      return snapshotCheckJob(job, context);
    case "snapshot prune":
      return snapshotPruneJob(job, context);
  }
}
