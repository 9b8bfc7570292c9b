import type { ManagedAddress } from "../connect/etcd-address.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { etcdClustersPath } from "../kubernetes/etcd-cluster-api.ts";
import { seenDone, seenSoFar, waitUntil, type Patience } from "../kubernetes/wait-until.ts";
import { counted } from "../wording/counted.ts";
import { describeMembers, servingMembers, type AskedMember } from "./asked-member.ts";
import { outdatedBy, type WantedMember } from "./outdated-member.ts";
import { membersOnCluster, waitUntilAllServe, type AwaitedMembers, type Members } from "./wait-for-members.ts";

/** Fewer can't spare one: its data would be lost, or nobody would be answered meanwhile. */
export const leastToReplace = 3;

/** The etcd-operator makes members as it did before. */
export class MemberStillOutdatedError extends Error {
  override readonly name = "MemberStillOutdatedError";

  constructor({ namespace, etcdCluster }: Pick<AwaitedMembers, "namespace" | "etcdCluster">, reasons: string) {
    super(
      `A member of EtcdCluster ${etcdCluster} in namespace ${namespace} was replaced, and the one that the etcd-operator made in its place ` +
        `has the same again (${reasons}). No further one is replaced. See \`kubectl --namespace ${namespace} logs deployment/etcd-operator\`, ` +
        `restart it, and run \`pulumi up\` again.`,
    );
    this.stack = "";
  }
}

/** A member that has what its EtcdCluster no longer says. */
export interface OutdatedMember {
  readonly pod: string;
  readonly leads: boolean;
  /** In what, in words. */
  readonly reasons: readonly string[];
}

/** The leader last. Those that are on their way out are no matter any more. Pure. */
export function outdatedMembers(members: readonly AskedMember[], wanted: WantedMember): OutdatedMember[] {
  const found = members.flatMap((member): OutdatedMember[] => {
    const { object, pod, kind } = member;
    if (object === undefined || kind === "leaving" || kind === "ended") return [];
    const reasons = outdatedBy(object, wanted);
    const leads = member.kind === "answers" && member.view.id === member.view.leaderId;
    return reasons.length === 0 ? [] : [{ pod, leads, reasons }];
  });
  return [...found.filter(({ leads }) => !leads), ...found.filter(({ leads }) => leads)];
}

/** The same for the members of an EtcdCluster on Kubernetes, with what that says now. */
export async function replaceOutdatedOnCluster(
  cluster: ClusterClient,
  address: ManagedAddress,
  awaited: Patience & Pick<AwaitedMembers, "size" | "report">,
): Promise<void> {
  if (awaited.size < leastToReplace) return;
  const { namespace, etcdCluster } = address;
  const path = `${etcdClustersPath(namespace)}/${etcdCluster}`;
  const { spec } = (await cluster.requestJson({ method: "GET", path })) as { spec?: { pod?: WantedMember } };
  await replaceOutdatedMembers(membersOnCluster(cluster, address), spec?.pod ?? {}, {
    ...awaited,
    namespace,
    etcdCluster,
  });
}

/**
 * Replaces members that have what their EtcdCluster no longer says, one by one, the leader last: the pod is deleted, the etcd-operator
 * makes another member, which takes its data from the others. All serve before each, and the new one has what the others had before
 * the next. Nothing is done where there are fewer than three.
 *
 * @throws MembersNotServingError, MemberStillOutdatedError
 */
export async function replaceOutdatedMembers(
  of: Members,
  wanted: WantedMember,
  awaited: AwaitedMembers,
): Promise<void> {
  const { size, report, interruption } = awaited;
  const count = outdatedMembers(await of.ask(), wanted).length;
  if (count === 0 || size < leastToReplace) return;
  for (let replaced = 0; ; replaced += 1) {
    await waitUntilAllServe(of, awaited);
    await waitUntilLevel(of, awaited);
    const [next] = outdatedMembers(await of.ask(), wanted);
    if (next === undefined) return;
    if (replaced >= count) throw new MemberStillOutdatedError(awaited, next.reasons.join(", "));
    interruption?.throwIfAborted();
    report(
      `Member ${next.pod} was made otherwise than its EtcdCluster says by now (${next.reasons.join(", ")}): it is replaced, ` +
        `${replaced + 1} of ${counted(count, "member")}.`,
    );
    await of.deletePod(next.pod);
    await waitUntilGone(of, next.pod, awaited);
  }
}

/** Until then it may be seen as if it stayed. */
async function waitUntilGone(
  of: Members,
  pod: string,
  { timeoutSeconds, interruption }: AwaitedMembers,
): Promise<void> {
  await waitUntil({ awaited: `pod ${pod} to be gone`, timeoutSeconds, interruption }, async () => {
    const found = (await of.ask()).find((each) => each.pod === pod);
    return found === undefined || found.kind === "leaving" ? seenDone(undefined) : seenSoFar(describeMembers([found]));
  });
}

/** Whether each has applied what any of them had when they were first looked at. */
async function waitUntilLevel(
  of: Members,
  { timeoutSeconds, interruption, etcdCluster }: AwaitedMembers,
): Promise<void> {
  let target: bigint | undefined;
  const what = `the members of EtcdCluster ${etcdCluster} to have the same`;
  await waitUntil({ awaited: what, timeoutSeconds, interruption }, async () => {
    const indexes = servingMembers(await of.ask()).map(({ view }) => view.appliedIndex);
    target ??= indexes.reduce((most, each) => (each > most ? each : most), 0n);
    const least = indexes.reduce((low, each) => (each < low ? each : low), target);
    return least >= target
      ? seenDone(undefined)
      : seenSoFar(`one has ${least.toString()} of ${target.toString()} entries`);
  });
}
