import path from "node:path";
import { readClientSecret } from "../../connect/client-secret.ts";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { clientSetFiles, writeClientSet } from "../client-set.ts";
import { labelled, type JobReport } from "../show/job-report.ts";
import type { ClientSetJob, WithSecret } from "../words/parse-cluster-job.ts";

/** Writes what a person needs to be a client of the etcd with etcdctl. Nothing of it is printed. */
export async function clientSetJob(cluster: ClusterClient, job: ClientSetJob & WithSecret): Promise<JobReport> {
  const { namespace, etcdCluster, clientSecret } = job;
  const directory = path.resolve(job.directory);
  const material = await readClientSecret(cluster, namespace, clientSecret);
  const files = clientSetFiles({ directory, namespace, etcdCluster }, material);
  await writeClientSet(directory, files);
  return {
    outcome: "done",
    lines: [
      `A client's certificate and its key for EtcdCluster ${etcdCluster} in namespace ${namespace} are in ${directory}.`,
      "Whoever can read them can read and change all that is in the etcd. README in that folder says how to use them.",
      ...files.map(({ name }) => labelled("written", path.join(directory, name))),
    ],
    document: { namespace, etcdCluster, directory, files: files.map(({ name }) => name) },
  };
}
