import { askMembers } from "../endpoints/ask-members.ts";
import type { EtcdClusterAddress } from "../endpoints/etcd-address.ts";
import { describeMembers, servingMembers, type AskedMember } from "../endpoints/asked-member.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { WaitTimeoutError } from "../kubernetes/errors.ts";
import { seenDone, seenSoFar, waitUntil, type Look, type Patience } from "../kubernetes/wait-until.ts";
import { MembersNotServingError } from "./errors.ts";

/** Asks the members once; tested against answers in memory. */
export type AskMembers = () => Promise<readonly AskedMember[]>;

export interface AwaitedMembers extends Patience {
  readonly namespace: string;
  readonly etcdCluster: string;
  /** How many there are to be, no more and no less. */
  readonly size: number;
}

/**
 * Waits until an EtcdCluster has exactly as many members as are wanted and each of them serves: their pods, what they answer and
 * the list that they keep agree. Answers with the cluster's id. Raises MembersNotServingError with what is missing and why.
 */
export function waitForMembers(
  cluster: ClusterClient,
  address: EtcdClusterAddress,
  awaited: Omit<AwaitedMembers, "namespace" | "etcdCluster">,
): Promise<string> {
  const { namespace, etcdCluster } = address;
  return waitUntilAllServe(() => askMembers(cluster, address), { ...awaited, namespace, etcdCluster });
}

/** The same on whatever answers for the members. */
export async function waitUntilAllServe(ask: AskMembers, awaited: AwaitedMembers): Promise<string> {
  let seen = "nobody was asked";
  try {
    const what = `the members of EtcdCluster ${awaited.etcdCluster}`;
    return await waitUntil({ ...awaited, awaited: what, intervalMilliseconds: 1_000 }, async () => {
      const look = judgeMembersNow(await ask(), awaited.size);
      if (!look.done) ({ seen } = look);
      return look;
    });
  } catch (error) {
    if (!(error instanceof WaitTimeoutError)) throw error;
    throw new MembersNotServingError(awaited, awaited.timeoutSeconds, seen);
  }
}

/** Pure. */
export function judgeMembersNow(members: readonly AskedMember[], size: number): Look<string> {
  const staying = members.filter(({ kind }) => kind !== "leaving");
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
