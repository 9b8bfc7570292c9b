import { counted } from "../wording/counted.ts";
import { askMembers, removeListedMember } from "./ask-members.ts";
import type { EtcdAddress, EtcdClusterAddress } from "../connect/etcd-address.ts";
import { openEtcd } from "../connect/open-etcd.ts";
import {
  describeMembers,
  forgottenPods,
  leftBehindMembers,
  servingMembers,
  stayingMembers,
  type AskedMember,
} from "./asked-member.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { WaitTimeoutError, withoutFullStop } from "../kubernetes/errors.ts";
import { deletePod } from "../kubernetes/pods.ts";
import { seenDone, seenSoFar, waitUntil, type Look, type Patience } from "../kubernetes/wait-until.ts";

/** An `up` is not to end well while what it is to keep is not there. */
export class MembersNotServingError extends Error {
  override readonly name = "MembersNotServingError";

  constructor(
    awaited: { readonly namespace: string; readonly etcdCluster: string; readonly size: number },
    seconds: number,
    seen: string,
  ) {
    const { namespace, etcdCluster, size } = awaited;
    super(
      `EtcdCluster ${etcdCluster} in namespace ${namespace} did not come to have exactly ` +
        `${counted(size, "member that serves", "members that serve")} within ${seconds} s: ${withoutFullStop(seen)}. ` +
        `The etcd-operator makes and removes members: \`kubectl --namespace ${namespace} logs deployment/etcd-operator\` says what ` +
        `keeps it. Then run \`pulumi up\` again; if it only needs longer, raise timeoutSeconds.`,
    );
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}

/** The members, as they are reached on a cluster or in memory. */
export interface Members {
  /** Asks all of them once. */
  readonly ask: () => Promise<readonly AskedMember[]>;
  /** Takes one off etcd's own list, by the member in a pod. */
  readonly remove: (listed: { readonly pod: string; readonly id: string; readonly name: string }) => Promise<void>;
  readonly deletePod: (pod: string) => Promise<void>;
}

export interface AwaitedMembers extends Patience {
  readonly namespace: string;
  readonly etcdCluster: string;
  /** How many there are to be, no more and no less. */
  readonly size: number;
  readonly report: (line: string) => void;
}

/** Waits until an etcd serves, with all of its members where they are the stack's own. Answers with its cluster id. */
export async function waitForEtcd(
  cluster: ClusterClient,
  address: EtcdAddress,
  { size, ...awaited }: Patience & { readonly size?: number | undefined; readonly report: (line: string) => void },
): Promise<string> {
  if (address.kind === "managed" && size !== undefined) return waitForMembers(cluster, address, { ...awaited, size });
  const etcd = await openEtcd(cluster, address, awaited);
  try {
    return (await etcd.status()).clusterId;
  } finally {
    await etcd.close();
  }
}

/**
 * Waits until an EtcdCluster has exactly as many members as are wanted and each of them serves: their pods, what they answer and
 * the list that they keep agree. What the etcd-operator leaves of one that it removes, on that list or a pod that has ended, is
 * removed as well. Answers with the cluster's id. Raises MembersNotServingError with what is missing and why.
 */
function waitForMembers(
  cluster: ClusterClient,
  address: EtcdClusterAddress,
  awaited: Omit<AwaitedMembers, "namespace" | "etcdCluster">,
): Promise<string> {
  const { namespace, etcdCluster } = address;
  return waitUntilAllServe(membersOnCluster(cluster, address), { ...awaited, namespace, etcdCluster });
}

export function membersOnCluster(cluster: ClusterClient, address: EtcdClusterAddress): Members {
  const { namespace } = address;
  return {
    ask: () => askMembers(cluster, address),
    remove: (listed) => removeListedMember(cluster, address, listed),
    deletePod: (name) => deletePod(cluster, { namespace, name }),
  };
}

/** The same on whatever answers for the members. */
export async function waitUntilAllServe(of: Members, awaited: AwaitedMembers): Promise<string> {
  let seen = "nobody was asked";
  try {
    const what = `the members of EtcdCluster ${awaited.etcdCluster}`;
    return await waitUntil({ ...awaited, awaited: what, intervalMilliseconds: 1_000 }, async () => {
      const members = await of.ask();
      const look = checkMembersNow(members, awaited.size);
      await removeLeftBehind(members, of, awaited);
      if (!look.done) ({ seen } = look);
      return look;
    });
  } catch (error) {
    if (!(error instanceof WaitTimeoutError)) throw error;
    throw new MembersNotServingError(awaited, awaited.timeoutSeconds, seen);
  }
}

async function removeLeftBehind(
  members: readonly AskedMember[],
  of: Members,
  { size, report, interruption }: Pick<AwaitedMembers, "size" | "report" | "interruption">,
): Promise<void> {
  const serving = servingMembers(members);
  const [through] = serving;
  // While some are missing the operator is at work.
  if (through === undefined || serving.length !== size) return;
  for (const { id, name } of leftBehindMembers(members, size)) {
    if (interruption?.aborted === true) return;
    report(`Member ${name} has no pod any more and is still on etcd's list: it is taken off.`);
    try {
      await of.remove({ pod: through.pod, id, name });
    } catch (error) {
      // It is tried again until the waiting ends, with what the list has then.
      report(`Member ${name} is not off it yet: ${describeFailure(error)}.`);
    }
  }
  for (const pod of forgottenPods(members)) {
    if (interruption?.aborted === true) return;
    report(`Pod ${pod} is of a member that was removed: it is deleted.`);
    await of.deletePod(pod);
  }
}

/** Pure. */
export function checkMembersNow(members: readonly AskedMember[], size: number): Look<string> {
  const staying = stayingMembers(members);
  const serving = servingMembers(staying);
  const ids = new Set(serving.map(({ view }) => view.clusterId));
  const [id] = ids;
  if (staying.length !== size || serving.length !== size || id === undefined) {
    return seenSoFar(`${serving.length} of ${staying.length} serve (${describeMembers(members)})`);
  }
  if (ids.size > 1) return seenSoFar(`they are of different etcd clusters: ${[...ids].join(", ")}`);
  // A member that was added and has not started yet has no name.
  const lists = serving.map(({ view }) => view.members);
  const strange = lists.find((list) => list.length !== size || list.some(({ name }) => name === ""));
  if (strange === undefined) return seenDone(id);
  const names = strange.map(({ name }) => (name === "" ? "one that has not started" : name));
  return seenSoFar(`its own list of members is: ${names.join(", ")}`);
}
