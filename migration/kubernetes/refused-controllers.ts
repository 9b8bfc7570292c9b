import type { V1Deployment } from "@kubernetes/client-node";
import type { ClusterClient } from "./cluster-client.ts";
import { etcdClustersPath } from "./etcd-cluster-api.ts";
import { withoutFullStop } from "./errors.ts";
import { isActive, listPods, podName } from "./pods.ts";

/** An EtcdCluster's status, as the etcd-operator keeps it. */
interface EtcdClusterStatus {
  readonly phase?: string;
  readonly reason?: string;
}

/** What controllers say that can't make what they are to make; in their own words. */
export interface ControllersWords {
  /** `Kind/name` */
  readonly object: string;
  readonly words: string;
  /** Whether it is never tried again. */
  readonly isFinal?: true;
}

/** Why no pod of a Deployment is made, such as a quota or an admission policy; undefined while there is no trouble. */
export function refusedDeployment({ metadata, status }: V1Deployment): ControllersWords | undefined {
  const failure = status?.conditions?.find(({ type }) => type === "ReplicaFailure");
  if (failure?.status !== "True") return undefined;
  return saidOf(`Deployment/${metadata?.name ?? ""}`, failure.message);
}

/** Why an EtcdCluster has failed for good, as it does when its first member is refused. */
export function failedEtcdCluster(name: string, { phase, reason }: EtcdClusterStatus): ControllersWords | undefined {
  return phase === "Failed" ? { ...saidOf(`EtcdCluster/${name}`, reason), isFinal: true } : undefined;
}

const lineOfFailure = /level=(?:error|warning) msg="(failed to reconcile: [^\n]*|cluster failed to setup: [^\n]*)"/g;

/** The last thing that the etcd-operator has logged about a member that it can't make. */
export function refusedMember(name: string, log: string): ControllersWords | undefined {
  const said = [...log.matchAll(lineOfFailure)].map(([, message = ""]) => message.replaceAll('\\"', '"'));
  const last = said.findLast((message) => message.includes("is forbidden") || message.includes("denied"));
  return last === undefined ? undefined : saidOf(`EtcdCluster/${name}`, last);
}

function saidOf(object: string, words = "no reason given"): ControllersWords {
  return { object, words: withoutFullStop(words) };
}

export interface ControllersPlace {
  readonly namespace: string;
  readonly deployments: readonly string[];
  /** Absent for an etcd that no operator runs. */
  readonly etcdCluster?: string;
}

const operator = "etcd-operator";

/** Asks all of them once. What can't be read is left out: these words only explain. */
export async function askControllers(cluster: ClusterClient, place: ControllersPlace): Promise<ControllersWords[]> {
  const { namespace, deployments, etcdCluster } = place;
  const asked = await Promise.allSettled([
    ...deployments.map(async (name) =>
      refusedDeployment(await cluster.apps.readNamespacedDeployment({ namespace, name })),
    ),
    ...(etcdCluster === undefined ? [] : [askOperator(cluster, namespace, etcdCluster)]),
  ]);
  return asked.flatMap((each) => (each.status === "fulfilled" && each.value !== undefined ? [each.value] : []));
}

async function askOperator(
  cluster: ClusterClient,
  namespace: string,
  name: string,
): Promise<ControllersWords | undefined> {
  const path = `${etcdClustersPath(namespace)}/${name}`;
  const served = (await cluster.requestJson({ method: "GET", path })) as { spec?: { size?: number }; status?: object };
  const failed = failedEtcdCluster(name, served.status ?? {});
  if (failed !== undefined) return failed;
  const { members } = (served.status ?? {}) as { members?: { ready?: string[] } };
  // What it once said is no trouble any more where all are there.
  if ((members?.ready ?? []).length >= (served.spec?.size ?? 0)) return undefined;
  const [pod] = (await listPods(cluster, namespace, `name=${operator}`)).filter(isActive);
  if (pod === undefined) return undefined;
  return refusedMember(name, await cluster.core.readNamespacedPodLog({ namespace, name: podName(pod), tailLines: 30 }));
}
