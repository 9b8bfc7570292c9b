import type { ClusterClient } from "../../kubernetes/cluster-client.ts";
import { isContainerRunning, listPods, podName } from "../../kubernetes/pods.ts";
import { openPortForward } from "../../kubernetes/port-forward.ts";
import { openForwardedStore, type OpenStore } from "../../connect/open-store.ts";
import type { LegacyTrident } from "../legacy/legacy-trident.ts";

/** The etcd of a legacy Trident that runs; undefined when none of its pods has it running. Only ever read. */
export async function openLiveSource(cluster: ClusterClient, legacy: LegacyTrident): Promise<OpenStore | undefined> {
  if ((await findPodWithEtcd(cluster, legacy)) === undefined) return undefined;
  const forward = await openPortForward(cluster, {
    namespace: legacy.namespace,
    choosePod: async () => {
      const pod = await findPodWithEtcd(cluster, legacy);
      if (pod === undefined) throw new Error(`no pod of Deployment ${legacy.name} runs its etcd`);
      return pod;
    },
    port: legacy.clientPort,
  });
  return openForwardedStore(`the embedded etcd of Deployment ${legacy.name} in namespace ${legacy.namespace}`, forward);
}

async function findPodWithEtcd(cluster: ClusterClient, legacy: LegacyTrident): Promise<string | undefined> {
  const pods = await listPods(cluster, legacy.namespace, legacy.selector);
  const pod = pods.find((each) => isContainerRunning(each, legacy.etcdContainer.name));
  return pod === undefined ? undefined : podName(pod);
}
