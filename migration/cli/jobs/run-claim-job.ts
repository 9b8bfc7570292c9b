import { connectToCluster, type ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isForbidden, isNotFound } from "../../kubernetes/errors.ts";
import { etcdClustersPath } from "../../kubernetes/etcd-cluster-api.ts";
import { withSnapshotClaim } from "../../snapshot/claim/with-snapshot-claim.ts";
import { checkNamespace } from "../../trident/check-namespace.ts";
import { orInterrupted, watchSignals } from "../interruption.ts";
import { failureReport } from "../show/failure-report.ts";
import type { JobReport } from "../show/job-report.ts";
import { openingProgress } from "../show/opening-progress.ts";
import { progressDisplay } from "../show/progress-display.ts";
import type { ClaimJob } from "../words/parse-claim-job.ts";
import { claimJob } from "./claim-job.ts";

/** As long as a claim's volume may take to be attached. */
const timeoutSeconds = 120;

/** Does what was asked for with what is on a claim, through a pod that mounts it, minding signals. Never throws. */
export async function runClaimJob(job: ClaimJob): Promise<JobReport> {
  const display = progressDisplay(process.stderr, { quiet: job.quiet, terminal: process.env.TERM });
  const interruption = watchSignals(display.note);
  const { signal } = interruption;
  try {
    const cluster = connectToCluster(job);
    await orInterrupted(checkNamespace(cluster, job.namespace), signal);
    const { namespace, claim, image = await imageOf(cluster, job) } = job;
    const request = { namespace, claim, image, timeoutSeconds, interruption: signal };
    const context = { signal, now: new Date(), onProgress: openingProgress(display.show) };
    return await withSnapshotClaim(cluster, request, (files) => claimJob(files, job, context));
  } catch (error) {
    return failureReport(error, job);
  } finally {
    interruption.stop();
    display.end();
  }
}

/** Once the etcd is gone, that which this project's program takes. */
const usualImage = "quay.io/coreos/etcd:v3.4.22";

/** The members' own, which the nodes have or can pull. */
async function imageOf(cluster: ClusterClient, { namespace, etcdCluster }: ClaimJob): Promise<string> {
  const path = `${etcdClustersPath(namespace)}/${etcdCluster}`;
  try {
    const { spec } = (await cluster.requestJson({ method: "GET", path })) as ServedEtcdCluster;
    const { repository, version } = spec ?? {};
    return repository === undefined || version === undefined ? usualImage : `${repository}:v${version}`;
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return usualImage;
    throw error;
  }
}

interface ServedEtcdCluster {
  readonly spec?: { readonly repository?: string; readonly version?: string };
}
