import type { ManagedAddress } from "../connect/etcd-address.ts";
import { readMemberTls } from "../connect/client-secret.ts";
import { connectToMember } from "../connect/open-etcd-cluster.ts";
import { tryScratchKey } from "../connect/scratch-key.ts";
import { maintain, type Maintenance } from "../etcd/maintenance.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { askMembers } from "../members/ask-members.ts";
import {
  describeMembers,
  listedMembers,
  servingMembers,
  stayingMembers,
  type AnsweringMember,
  type AskedMember,
} from "../members/asked-member.ts";
import { atMember } from "../members/at-member.ts";

/** An etcd that is to be kept up, on a cluster or in memory. */
export interface UpkeptEtcd {
  /** Asks all members once. */
  ask(): Promise<readonly AskedMember[]>;
  /** Does something at one member. */
  at<Result>(pod: string, work: (member: Maintenance) => Promise<Result>): Promise<Result>;
  /** Puts, reads and deletes a key of no use. */
  tryKey(): Promise<void>;
}

/** What is asked for can't be done, or would do harm; nothing was changed. */
export class UpkeepRefusedError extends Error {
  override readonly name = "UpkeepRefusedError";

  constructor(message: string) {
    super(message);
    this.stack = "";
  }
}

/** It could not go on; what was done before stays done. */
export class UpkeepStoppedError extends Error {
  override readonly name = "UpkeepStoppedError";

  constructor(message: string) {
    super(message);
    this.stack = "";
  }
}

/** What comes of it, with a refusal as one that came in the midst. */
export async function inTheMidst<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof UpkeepRefusedError ? new UpkeepStoppedError(error.message) : error;
  }
}

const callMilliseconds = 5_000;

export function upkeptOnCluster(cluster: ClusterClient, address: ManagedAddress): UpkeptEtcd {
  const { namespace } = address;
  return {
    ask: () => askMembers(cluster, address),
    at: async (pod, work) => {
      const tls = await readMemberTls(cluster, address);
      return atMember(cluster, { namespace, pod }, async (place) => {
        const member = maintain(place, tls, callMilliseconds);
        try {
          return await work(member);
        } finally {
          member.close();
        }
      });
    },
    tryKey: async () => {
      const etcd = await connectToMember(cluster, address);
      try {
        await tryScratchKey(etcd);
      } finally {
        await etcd.close();
      }
    },
  };
}

/**
 * All members, where each of the list serves.
 *
 * @param what is not to be done while one is missing, such as `Nothing is defragmented`.
 * @throws UpkeepRefusedError that names those that do not serve.
 */
export async function askWhileAllServe(etcd: Pick<UpkeptEtcd, "ask">, what: string): Promise<AnsweringMember[]> {
  const members = await etcd.ask();
  const serving = servingMembers(members);
  const expected = Math.max(1, listedMembers(members), stayingMembers(members).length);
  if (serving.length === expected) return serving;
  throw new UpkeepRefusedError(
    `${what} while a member is missing: ${serving.length} of ${expected} serve (${describeMembers(members)}). A member that is busy with ` +
      `its database answers nobody, and one more would be the quorum's loss. The etcd-operator replaces a member that is lost ` +
      `as long as most of them serve: wait until \`npx trident-etcd status\` finds all of them, then run this again. A majority that is ` +
      `lost is brought back by \`pulumi up\` (docs/lost-etcd.md)`,
  );
}

/** The leader last: whoever is busy stops the others least if it does not lead. */
export function leaderLast(members: readonly AnsweringMember[]): AnsweringMember[] {
  const leads = ({ view }: AnsweringMember): boolean => view.id === view.leaderId;
  return [...members.filter((each) => !leads(each)), ...members.filter(leads)];
}
