/**
 * The vendor's way to an external etcd, step by step as its guide has it, for the sandbox: uninstall Trident, copy with a
 * Job, install Trident with the other etcd. Nothing waits for a person who reads and types.
 */
import { BatchV1Api, type V1Pod } from "@kubernetes/client-node";
import { connectToCluster, type ClusterClient } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { describePod, listPods, podName } from "@trident-etcd/migration/kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil } from "@trident-etcd/migration/kubernetes/wait-until.ts";
import { applyObjects, deleteObjects } from "../legacy-trident/apply-objects.ts";
import { legacyTridentManifests } from "../legacy-trident/legacy-trident-manifests.ts";
import { waitUntilStopped } from "../legacy-trident/install-legacy-trident.ts";
import { copySecondsOf } from "./copy-times.ts";
import { copyContainer, copyJob, copyJobName, externalEtcdDeployment } from "./vendor-manifests.ts";

export interface VendorProcedureRequest {
  /** A kubeconfig's path or contents. */
  readonly kubeconfig: string;
  /** Of a legacy Trident, and of an etcd cluster `trident-etcd` that is ready, with its Secrets. */
  readonly namespace: string;
  /** The directory of this machine that holds the program `vendor-copy`, linked to no library. */
  readonly programs: string;
  /** The most that the copy may take. */
  readonly copyTimeoutSeconds: number;
}

/** The vendor's copy job ended with an error. */
export class CopyJobFailedError extends Error {
  override readonly name = "CopyJobFailedError";
  constructor(exitCode: number, log: string) {
    super(`the copy job ended with exit code ${exitCode}: ${log.slice(-500).trim()}`);
  }
}

/** For all that is not the copy. */
const timeoutSeconds = 120;

/** Answers with how long the copy itself took, once the new Trident's Deployment is created. @throws CopyJobFailedError */
export async function runVendorProcedure(
  request: VendorProcedureRequest,
  report: (line: string) => void,
): Promise<{ readonly copySeconds: number }> {
  const cluster = connectToCluster({ kubeconfig: request.kubeconfig });
  report("the vendor's step 1: uninstall Trident");
  await uninstallTrident(cluster, request.namespace);
  report("the vendor's step 3: the copy job");
  const copySeconds = await copy(cluster, request);
  report(`the vendor's step 4: install Trident with the external etcd (the copy took ${copySeconds.toFixed(1)} s)`);
  await installTrident(cluster, request.namespace);
  return { copySeconds };
}

/** uninstall_trident.sh keeps the claim; the guide then has one make sure that Trident does not run. */
async function uninstallTrident(cluster: ClusterClient, namespace: string): Promise<void> {
  const { deployment, serviceAccount, clusterRoleBinding, clusterRole } = legacyTridentManifests({ namespace });
  await deleteObjects(cluster, [deployment, serviceAccount, clusterRoleBinding, clusterRole]);
  await waitUntilStopped(cluster, namespace, timeoutSeconds);
}

/** The Job never completes, for the etcd beside the copier runs on: what counts is the copier's container. */
async function copy(cluster: ClusterClient, request: VendorProcedureRequest): Promise<number> {
  const { namespace } = request;
  const batch = cluster.configuration.makeApiClient(BatchV1Api);
  await batch.createNamespacedJob({ namespace, body: copyJob(namespace, request.programs) });
  const { pod, exitCode } = await waitForCopier(cluster, namespace, request.copyTimeoutSeconds);
  const log = await cluster.core.readNamespacedPodLog({ namespace, name: pod, container: copyContainer });
  if (exitCode !== 0) throw new CopyJobFailedError(exitCode, log);
  await batch.deleteNamespacedJob({ namespace, name: copyJobName, propagationPolicy: "Background" });
  return copySecondsOf(log);
}

async function waitForCopier(
  cluster: ClusterClient,
  namespace: string,
  copyTimeoutSeconds: number,
): Promise<{ pod: string; exitCode: number }> {
  const options = {
    awaited: `the copier of job ${copyJobName} in namespace ${namespace} to end`,
    timeoutSeconds: timeoutSeconds + copyTimeoutSeconds,
    intervalMilliseconds: 200,
  };
  return waitUntil(options, async () => {
    const pods = await listPods(cluster, namespace, `job-name=${copyJobName}`);
    const ended = pods.flatMap((pod) => {
      const exitCode = exitCodeOf(pod);
      return exitCode === undefined ? [] : [{ pod: podName(pod), exitCode }];
    });
    return ended[0] === undefined ? seenSoFar(pods.map(describePod).join(", ") || "no pod") : seenDone(ended[0]);
  });
}

function exitCodeOf(pod: V1Pod): number | undefined {
  const status = pod.status?.containerStatuses?.find(({ name }) => name === copyContainer);
  return status?.state?.terminated?.exitCode;
}

/** install_trident_external_etcd.sh. */
async function installTrident(cluster: ClusterClient, namespace: string): Promise<void> {
  const { serviceAccount, clusterRoleBinding, clusterRole } = legacyTridentManifests({ namespace });
  await applyObjects(cluster, [serviceAccount, clusterRole, clusterRoleBinding, externalEtcdDeployment(namespace)]);
}
