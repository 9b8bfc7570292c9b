import { clientSecretOfCluster } from "../../connect/client-secret-of-cluster.ts";
import { connectToCluster, type ClusterClient } from "../../kubernetes/cluster-client.ts";
import { upkeptOnCluster } from "../../upkeep/upkept-etcd.ts";
import { sayChanges } from "../../wording/change.ts";
import { checkNamespace } from "../../trident/check-namespace.ts";
import { orInterrupted, watchSignals } from "../interruption.ts";
import { openingProgress } from "../show/opening-progress.ts";
import { progressDisplay, type ProgressDisplay } from "../show/progress-display.ts";
import { failureReport } from "../show/failure-report.ts";
import type { JobReport } from "../show/job-report.ts";
import { DEFAULT_NAMES } from "../words/flags.ts";
import type { ClusterJob, WithSecret } from "../words/parse-cluster-job.ts";
import { checkJob } from "./check-job.ts";
import { clientSetJob } from "./client-set-job.ts";
import { snapshotSaveJob } from "./snapshot-save-job.ts";
import { statusJob } from "./status-job.ts";
import { upkeepJob } from "./upkeep-job.ts";

/** Does what was asked for through the API of a cluster, minding signals. Never throws. */
export async function runClusterJob(job: ClusterJob): Promise<JobReport> {
  const quiet = !("quiet" in job) || job.quiet;
  const display = progressDisplay(process.stderr, { quiet, terminal: process.env.TERM });
  const interruption = watchSignals(display.note);
  try {
    const cluster = connectToCluster(job);
    await orInterrupted(checkNamespace(cluster, job.namespace), interruption.signal);
    const { clientSecret = (await clientSecretOfCluster(cluster, job)) ?? DEFAULT_NAMES.clientSecret } = job;
    return await run(cluster, { ...job, clientSecret }, { signal: interruption.signal, display });
  } catch (error) {
    return failureReport(inFlags(error), job);
  } finally {
    interruption.stop();
    display.end();
  }
}

/** What is to be asked for instead comes as the flag that says it. */
function inFlags(error: unknown): unknown {
  if (error instanceof Error) {
    error.message = sayChanges(error.message, (changes) =>
      changes.map(([name, value = ""]) => `--${name} ${value}`).join(" "),
    );
  }
  return error;
}

function run(
  cluster: ClusterClient,
  job: ClusterJob & WithSecret,
  { signal, display }: { readonly signal: AbortSignal; readonly display: ProgressDisplay },
): Promise<JobReport> {
  switch (job.action) {
    case "check":
      return checkJob(cluster, job, signal);
    case "status":
      return statusJob(cluster, job, signal);
    case "client-set":
      return clientSetJob(cluster, job);
    case "compact":
    case "defragment":
    case "alarm-disarm":
      return upkeepJob(upkeptOnCluster(cluster, { kind: "managed", ...job }), job, signal);
    case "snapshot save":
      return snapshotSaveJob(cluster, job, {
        ...{ signal, now: new Date() },
        ...{ onProgress: openingProgress(display.show), onSaving: display.show },
      });
  }
}
