import { randomBytes } from "node:crypto";

import { connectToCluster } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { isReady, listPods, podName } from "@trident-etcd/migration/kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil } from "@trident-etcd/migration/kubernetes/wait-until.ts";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { legacyTrident } from "../../sandbox/legacy-trident/legacy-trident-names.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { fillerNames } from "../outage/filler.ts";
import { keysIn, readEmbeddedState } from "../outage/trident-state.ts";
import { writeFiller } from "../outage/write-filler.ts";

/** The sandbox's etcd is a 3.4 under every name, and the plan refuses an image that says it is older than the data. */
const etcdImage = "quay.io/coreos/etcd:v3.4.22";

/** A legacy Trident in a namespace of its own that serves, with so many keys under /trident/: most of them are snapshots. */
export async function installLegacyWithKeys(namespace: string, keys: number): Promise<void> {
  const cluster = connectToCluster({ kubeconfig: kubeconfigPath });
  const backendPassword = randomBytes(12).toString("hex");
  // With one volume it has ten keys of its own.
  const request = { kubeconfig: kubeconfigPath, namespace, volumes: 1, backendPassword, etcdImage };
  await installLegacyTrident(request, () => undefined);
  const pod = podName((await listPods(cluster, namespace, legacyTrident.labelSelector)).find(isReady) ?? {});
  const own = keysIn(await readEmbeddedState(cluster.configuration, namespace, pod));
  await writeFiller(cluster, { namespace, pod }, { kind: "snapshot", names: fillerNames(keys - own) });
}

/** Of those in the namespaces only the first serves then: the plan refuses a cluster on which two do. */
export async function serveAlone(namespace: string, ...others: readonly string[]): Promise<void> {
  for (const other of others) await scaleTo(other, 0);
  await scaleTo(namespace, 1);
}

async function scaleTo(namespace: string, replicas: number): Promise<void> {
  const cluster = connectToCluster({ kubeconfig: kubeconfigPath });
  const body = [{ op: "replace", path: "/spec/replicas", value: replicas }];
  await cluster.apps.patchNamespacedDeployment({ namespace, name: legacyTrident.deployment, body });
  const awaited = `${replicas} of the legacy Trident in namespace ${namespace} to serve`;
  await waitUntil({ awaited, timeoutSeconds: 120 }, async () => {
    const pods = await listPods(cluster, namespace, legacyTrident.labelSelector);
    const isAsWanted = pods.length === replicas && pods.every(isReady);
    return isAsWanted ? seenDone(undefined) : seenSoFar(`${pods.length} pods`);
  });
}
