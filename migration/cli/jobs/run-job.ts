import { copyJob } from "./copy-job.ts";
import { withConnectedSides } from "../connected-sides.ts";
import { describeDuration } from "../../wording/describe-amount.ts";
import { failureReport } from "../show/failure-report.ts";
import type { CopyAction } from "../words/flags.ts";
import { watchSignals } from "../interruption.ts";
import type { JobContext, JobReport } from "../show/job-report.ts";
import type { Job } from "../words/parse-command.ts";
import { planJob } from "./plan-job.ts";
import { progressDisplay, type Progress, type ProgressDisplay } from "../show/progress-display.ts";
import { verifyJob } from "./verify-job.ts";

/** Does what was asked for, showing progress and minding signals. Never throws. */
export async function runJob(job: Job): Promise<JobReport> {
  const display = progressDisplay(process.stderr, { quiet: job.quiet, terminal: process.env.TERM });
  const interruption = watchSignals(display.note);
  const began = performance.now();
  let last: Progress | undefined;
  const onProgress = (progress: Progress): void => {
    last = progress;
    display.show(progress);
  };
  const { signal } = interruption;
  const report = await withConnectedSides(job, { environment: process.env, signal, onProgress }, (sides) =>
    JOBS[job.action]({ ...sides, job, signal, onProgress }),
  ).catch((error: unknown) => failureReport(error, job, last));
  interruption.stop();
  return ended(report, display, (performance.now() - began) / 1000);
}

const JOBS: Readonly<Record<CopyAction, (context: JobContext) => Promise<JobReport>>> = {
  plan: planJob,
  copy: copyJob,
  verify: verifyJob,
};

function ended(report: JobReport, display: ProgressDisplay, seconds: number): JobReport {
  display.end();
  const isFailure = "error" in report.document;
  return {
    ...report,
    lines: isFailure ? report.lines : [...report.lines, `Took ${describeDuration(seconds)}.`],
    document: { ...report.document, seconds: Math.round(seconds * 1000) / 1000 },
  };
}
