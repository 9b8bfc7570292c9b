import type { V1Pod } from "@kubernetes/client-node";
import { askMember, type MemberView } from "../etcd/ask-member.ts";
import { removeMember } from "../etcd/remove-member.ts";
import type { EtcdTls } from "../etcd/etcd-target.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import { findPodTrouble } from "../kubernetes/pod-trouble.ts";
import { describePod, isActive, isContainerRunning, isReady, listPods, podName, readPod } from "../kubernetes/pods.ts";
import { within } from "../kubernetes/wait-until.ts";
import { ClientSecretError, readMemberTls } from "../connect/client-secret.ts";
import { membersOf } from "../connect/cluster-members.ts";
import type { EtcdAddress, EtcdClusterAddress } from "../connect/etcd-address.ts";
import type { AskedMember } from "./asked-member.ts";
import { atMember } from "./at-member.ts";

/** A call's deadline, and what asking one member may take in all. */
const deadlineMilliseconds = 3_000;
const limitMilliseconds = 5_000;

/** Those of the stack's own etcd; of another one nobody's pods are known. Raises what listing the pods raises. */
export async function askMembersOf(cluster: ClusterClient, address: EtcdAddress): Promise<AskedMember[]> {
  switch (address.kind) {
    case "managed":
      return askMembers(cluster, address);
    case "existing":
      return [];
  }
}

/**
 * Asks each member of an EtcdCluster itself, all at once, for at most 5 s: the EtcdCluster's status is what its operator saw last,
 * which does not look any more once most members are lost. Raises what listing the pods raises.
 */
export async function askMembers(cluster: ClusterClient, address: EtcdClusterAddress): Promise<AskedMember[]> {
  const { namespace, etcdCluster } = address;
  const pods = await listPods(cluster, namespace, membersOf(etcdCluster));
  let tls: Promise<EtcdTls> | undefined;
  const readTls = (): Promise<EtcdTls> => (tls ??= readMemberTls(cluster, address));
  return Promise.all(pods.map(async (pod) => ({ ...(await stateOf(cluster, namespace, pod, readTls)), object: pod })));
}

async function stateOf(
  cluster: ClusterClient,
  namespace: string,
  pod: V1Pod,
  readTls: () => Promise<EtcdTls>,
): Promise<AskedMember> {
  const name = podName(pod);
  if (pod.metadata?.deletionTimestamp !== undefined) return { kind: "leaving", pod: name };
  if (!isContainerRunning(pod, "etcd")) {
    const trouble = await findPodTrouble(cluster, namespace, pod);
    const reason = withoutFullStop(trouble?.reason ?? describePod(pod));
    return { kind: isActive(pod) ? "starting" : "ended", pod: name, reason };
  }
  try {
    const asking = readTls().then((tls) => ask(cluster, namespace, name, tls));
    const tooLate = (): Error => new Error(`no answer within ${limitMilliseconds / 1000} s`);
    const view = await within(limitMilliseconds, asking, tooLate);
    return { kind: "answers", pod: name, view };
  } catch (error) {
    const lacksSecret = error instanceof ClientSecretError ? { lacksSecret: true } : {};
    const reason = withoutFullStop(describeFailure(error));
    return { kind: "silent", pod: name, reason, isReady: isReady(pod), ...lacksSecret };
  }
}

/**
 * Takes a member that has no pod off the list of its cluster, by the member in another pod. One that has a pod after all, made since
 * the pods were listed, is left. Raises an Error that says why not.
 */
export async function removeListedMember(
  cluster: ClusterClient,
  address: EtcdClusterAddress,
  { pod, id, name }: { readonly pod: string; readonly id: string; readonly name: string },
): Promise<void> {
  const tls = await readMemberTls(cluster, address);
  if ((await readPod(cluster, address.namespace, name)) !== undefined) return;
  const place = { namespace: address.namespace, pod };
  await atMember(cluster, place, (member) => removeMember(member, tls, id, deadlineMilliseconds));
}

function ask(cluster: ClusterClient, namespace: string, pod: string, tls: EtcdTls): Promise<MemberView> {
  return atMember(cluster, { namespace, pod }, (member) => askMember(member, tls, deadlineMilliseconds));
}
